using Crux.Testing;
using Google.Protobuf;

namespace Crux.Galumph.Tests;

public sealed class NodeClientTests
{
    [Fact]
    public async Task A_client_in_Node_js_calls_a_service_of_another_node_and_moves_to_a_newer_one()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 9, cancellationToken: Stop);
        await using var server = new GalumphServer(flock.Nodes[1]);
        await server.RegisteredAsync();
        using var client = new NodeClient(flock.Nodes[0].Socket, calls: 100_000);

        await client.SaysAsync(flock, "node-client on node1 calls galumph2_3 on node2:");
        await client.SaysAsync(flock, "registered, says galumph2_3 on node2:");
        await using var newer = await flock.Nodes[2].ServeAsync<NewerGalumph>("galumph2_4", cancellationToken: Stop);
        await client.SaysAsync(flock, "registered, says galumph2_4 of the test");

        Assert.All(client.Lines, line => Assert.Matches("^node-client on node1 calls |^[0-9]+: [0-9]+ registered, says galumph2_", line));
    }

    [Fact]
    public async Task It_sends_nothing_to_an_instance_that_shows_another_key_than_the_registry_says()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 1, seed: 10, cancellationToken: Stop);
        await using var server = new GalumphServer(flock.Nodes[0]);
        await server.RegisteredAsync();
        using var impostor = new LocalReeve(flock.Nodes[0]);
        await impostor.RegisterAsync("galumph2_9", server.Address, ByteString.CopyFrom(new byte[32]));
        using var client = new NodeClient(flock.Nodes[0].Socket, calls: 20);

        await client.SaysAsync(flock, "20: 20 registered, says galumph2_3 on node1:");

        Assert.Contains(client.Lines, line => line.Contains("galumph2_9 on node1:", StringComparison.Ordinal) && line.Contains("showed another key than the registry says", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_believes_no_registry_that_names_the_key_of_another_instance()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 1, seed: 11, cancellationToken: Stop);
        await using var server = new GalumphServer(flock.Nodes[0]);
        await server.RegisteredAsync();
        using var liar = new LocalReeve(flock.Nodes[0]);
        await liar.RegisterAsync("galumph2_9", server.Address, await liar.PinOfAsync("galumph2", "3"));
        using var client = new NodeClient(flock.Nodes[0].Socket, calls: 20);

        await client.SaysAsync(flock, "20: 20 registered, says galumph2_3 on node1:");

        Assert.Contains(client.Lines, line => line.Contains("its node has not signed its key for galumph2_9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_shows_new_keys_when_its_node_turns_them_and_no_call_fails()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 12, cancellationToken: Stop);
        await using var server = new GalumphServer(flock.Nodes[1]);
        await server.RegisteredAsync();
        using var reeve = new LocalReeve(flock.Nodes[0]);
        using var client = new NodeClient(flock.Nodes[0].Socket, calls: 100_000);
        await client.SaysAsync(flock, "registered, says galumph2_3 on node2:");

        // Twice: the keys of two turns ago count nowhere any more.
        for (var turn = 1; turn <= 2; turn++)
            await client.SaysAsync(flock, $"with keys of generation {await reeve.TurnAsync("node-client", atOnce: false)}");
        var answered = client.Lines.Count;
        await flock.UntilAsync(() => client.Lines.Count > answered + 20, "more answers", Stop);

        Assert.All(client.Lines, line => Assert.Matches("^node-client on node1 calls |^[0-9]+: [0-9]+ registered, says galumph2_", line));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
