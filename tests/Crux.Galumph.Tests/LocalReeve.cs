using System.Net.Sockets;
using Crux.Protos;
using Crux.Testing;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Crux.Galumph.Tests;

/// <summary>A process on a machine of a flock that speaks with its node by hand: it turns keys, and registers what is not so.</summary>
internal sealed class LocalReeve : IDisposable
{
    private readonly TestNode _node;
    private readonly GrpcChannel _channel;

    public LocalReeve(TestNode node)
    {
        _node = node;
        _channel = GrpcChannel.ForAddress("http://reeve", new GrpcChannelOptions
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
    }

    /// <summary>Has all keys of a name replaced, and returns the generation that the new ones have.</summary>
    public async Task<ulong> TurnAsync(string name, bool atOnce) =>
        (await new KeyTurns.KeyTurnsClient(_channel).TurnAsync(new TurnKeysRequest { Service = name, AtOnce = atOnce }, cancellationToken: Stop)).Generation.Generation;

    /// <summary>The pin of an instance, as the registry has it.</summary>
    public async Task<ByteString> PinOfAsync(string api, string version)
    {
        var found = await new Reeve.ReeveClient(_channel).FindAsync(new FindRequest { Selector = new Protos.Selector { Api = api, Version = version } }, cancellationToken: Stop);
        return Assert.Single(found.Offers).Entry.KeyHash;
    }

    /// <summary>Says in the registry that an instance with a key of this pin is at an address; it is there until this is disposed.</summary>
    public async Task RegisterAsync(string instance, NetAddress address, ByteString pin)
    {
        var beats = new Heartbeater.HeartbeaterClient(_channel).Beat(cancellationToken: Stop);
        var point = new Point { InstanceId = "by-hand", Instance = instance, Address = address.ToString(), KeyHash = pin, Status = Protos.Status.Serving };
        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { point } }, Stop);
        Assert.True(await beats.ResponseStream.MoveNext(Stop), $"{_node} ended the stream");
        Assert.Empty(beats.ResponseStream.Current.Refused);
    }

    public void Dispose() => _channel.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
