using Crux.Protos.Samples;
using Crux.Testing;
using Grpc.Core;

namespace Crux.Galumph.Tests;

public sealed class RuleTests
{
    [Fact]
    public async Task The_sample_s_server_answers_whom_the_rules_name_and_nobody_else()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 16, options => options.Rules.Add("allow web galumph2 Table"), cancel);
        await using var server = new GalumphServer(flock.Nodes[1]);
        await server.RegisteredAsync();
        await using var web = flock.Nodes[0].ChannelTo("galumph2", options => options.ClientName = "web");
        await using var batch = flock.Nodes[0].ChannelTo("galumph2", options => options.ClientName = "batch");

        var table = await new Protos.Samples.Galumph.GalumphClient(web).TableAsync(new TableRequest(), cancellationToken: cancel);
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => new Protos.Samples.Galumph.GalumphClient(batch).TableAsync(new TableRequest(), cancellationToken: cancel).ResponseAsync);

        Assert.StartsWith("galumph2_3 on node2:", table.ServedBy, StringComparison.Ordinal);
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }
}
