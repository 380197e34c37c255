using Crux.Client;
using Crux.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PlainHttp;

namespace Crux.Galumph.Tests;

public sealed class PlainHttpTests
{
    private static readonly Uri Page = new("http://galumph2/page");

    [Fact]
    public async Task A_plain_HttpClient_calls_by_name_and_follows_the_service_to_another_node()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 13, cancellationToken: Stop);
        await using var services = new ServiceCollection().AddReeve(flock.Nodes[0].Socket, "plain-http").AddHttpClient("flock").AddReeve().Services.BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("flock");

        await using (await ServeAsync(flock.Nodes[1], "galumph2_3"))
            Assert.Equal("galumph2_3 on node2", await client.GetStringAsync(Page, Stop));
        await using var newer = await ServeAsync(flock.Nodes[2], "galumph2_4");
        var answer = "";
        await flock.UntilAsync(() => (answer = AnswerOf(client)) == "galumph2_4 on node3", "the newer one's answer", Stop);

        Assert.Equal("galumph2_4 on node3", answer);
    }

    private static string AnswerOf(HttpClient client)
    {
        try
        {
            return client.GetStringAsync(Page, Stop).GetAwaiter().GetResult();
        }
        catch (HttpRequestException)
        {
            // The old one has just gone.
            return "";
        }
    }

    private static async Task<WebApplication> ServeAsync(TestNode node, string instance)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.UseTestNode(node);
        builder.AddCruxService<NewerGalumph>(instance, options => options.DrainGrace = TimeSpan.Zero);
        var app = builder.Build();
        app.MapGet("/page", () => $"{instance} on {node}");
        await app.StartAsync(Stop);
        var self = app.Services.GetRequiredService<CruxSelf>();
        await node.Flock.UntilAsync(() => self is { Problem: null, NetId: not null }, $"{instance} to be registered", Stop);
        return app;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
