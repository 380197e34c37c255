using Crux.Machines.Trust;
using Grpc.AspNetCore.Server;

namespace Crux.Services.Tests;

public sealed class BuiltInRuleTests
{
    [Fact]
    public async Task What_nodes_serve_to_each_other_is_among_the_rules_that_are_listed_and_for_nodes_alone()
    {
        await using var node = await TestNode.StartAsync();
        var served = node.PeerEndpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName).OfType<string>().Distinct().ToList();
        Assert.Contains("crux.v1.Steward", served);
        foreach (var service in served)
            Assert.Contains(BuiltInRules.All, rule => rule.From.Name == BuiltInRules.Reeve && rule.Methods.SequenceEqual([$"{service}/*"]));
    }
}
