using System.Net.Sockets;
using Crux.Protos;
using Crux.Testing;
using Google.Protobuf;
using Grpc.Net.Client;

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
        using var impostor = await RegisterAsync(flock.Nodes[0], "galumph2_9", server.Address);
        using var client = new NodeClient(flock.Nodes[0].Socket, calls: 20);

        await client.SaysAsync(flock, "20: 20 registered, says galumph2_3 on node1:");

        Assert.Contains(client.Lines, line => line.Contains("galumph2_9 on node1:", StringComparison.Ordinal) && line.Contains("showed another key than the registry says", StringComparison.Ordinal));
    }

    /// <summary>Says in the registry that the server at an address has a key that it doesn't have.</summary>
    private static async Task<IDisposable> RegisterAsync(TestNode node, string instance, NetAddress address)
    {
        var channel = GrpcChannel.ForAddress("http://reeve", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancelled) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(node.Socket), cancelled);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
            DisposeHttpClient = true,
        });
        var beats = new Heartbeater.HeartbeaterClient(channel).Beat(cancellationToken: Stop);
        var point = new Point { InstanceId = "by-hand", Instance = instance, Address = address.ToString(), KeyHash = ByteString.CopyFrom(new byte[32]), Status = Protos.Status.Serving };
        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { point } }, Stop);
        Assert.True(await beats.ResponseStream.MoveNext(Stop));
        Assert.Empty(beats.ResponseStream.Current.Refused);
        return channel;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
