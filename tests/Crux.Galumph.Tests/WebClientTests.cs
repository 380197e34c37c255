using Crux.Client;
using Crux.Protos.Samples;
using Crux.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;

namespace Crux.Galumph.Tests;

public sealed class WebClientTests
{
    [Fact]
    public async Task A_web_application_under_test_calls_a_service_of_the_flock_and_needs_no_port_itself()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 8, cancellationToken: cancel);
        await using var server = new GalumphServer(flock.Nodes[1]);
        await server.RegisteredAsync();
        await using var web = Web(flock.Nodes[0]);
        await web.StartAsync(cancel);

        using var browser = web.GetTestClient();
        var page = await browser.GetStringAsync(new Uri("/", UriKind.Relative), cancel);

        Assert.StartsWith("galumph2_3 on node2:", page, StringComparison.Ordinal);
    }

    private static WebApplication Web(TestNode node)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.UseTestNode(node);
        builder.WebHost.UseTestServer();
        builder.Services.AddCruxClient<Protos.Samples.Galumph.GalumphClient>("galumph2");
        var app = builder.Build();
        app.MapGet("/", async (Protos.Samples.Galumph.GalumphClient galumph) => (await galumph.TableAsync(new TableRequest())).ServedBy);
        return app;
    }
}
