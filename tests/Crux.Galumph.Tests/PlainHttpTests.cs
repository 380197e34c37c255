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

    [Fact]
    public async Task It_sends_nothing_to_an_instance_whose_key_no_node_signed_for_it()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 1, seed: 14, cancellationToken: Stop);
        await using var services = new ServiceCollection().AddReeve(flock.Nodes[0].Socket, "plain-http").AddHttpClient("flock").AddReeve().Services.BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("flock");
        await using var server = await ServeAsync(flock.Nodes[0], "galumph2_3");
        using var liar = new LocalReeve(flock.Nodes[0]);

        // The registry names the key that is shown there, and it is another instance's: a steward that lies.
        await liar.RegisterAsync("borogove1_1", server.Services.GetRequiredService<CruxSelf>().Address, await liar.PinOfAsync("galumph2", "3"));

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri("http://borogove1/page"), Stop));
        Assert.Equal("galumph2_3 on node1", await client.GetStringAsync(Page, Stop));
    }

    [Fact]
    public async Task It_goes_on_with_new_keys_when_those_it_had_were_taken_back()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 15, cancellationToken: Stop);
        await using var services = new ServiceCollection().AddReeve(flock.Nodes[0].Socket, "plain-http").AddHttpClient("flock").AddReeve().Services.BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("flock");
        await using var server = await ServeAsync(flock.Nodes[1], "galumph2_3");
        Assert.Equal("galumph2_3 on node2", await client.GetStringAsync(Page, Stop));
        using var reeve = new LocalReeve(flock.Nodes[0]);

        var generation = await reeve.TurnAsync("plain-http", atOnce: true);
        await flock.UntilAsync(() => services.GetRequiredService<Reeve>().Generation == generation, "the client to hear of it", Stop);
        Assert.Equal("galumph2_3 on node2", await client.GetStringAsync(Page, Stop));
        // One that shows the new keys was seen now, and so the old ones are worthless: nothing goes over a connection of theirs.
        Assert.Equal("galumph2_3 on node2", await client.GetStringAsync(Page, Stop));
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
