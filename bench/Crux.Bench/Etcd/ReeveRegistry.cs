using System.Net.Sockets;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;

namespace Crux.Bench.Etcd;

/// <summary>A process beside a fulcrum.</summary>
internal sealed class ReeveRegistry(string path) : IRegistry
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress("http://reeve", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        },
        DisposeHttpClient = true,
    });

    public async Task<Task> RegisterAsync(string api, string id, int port, CancellationToken cancellationToken)
    {
        var call = new Heartbeater.HeartbeaterClient(_channel).Beat(cancellationToken: cancellationToken);
        var beat = new BeatRequest
        {
            Points =
            {
                new Point
                {
                    InstanceId = id, Instance = $"{api}_1", Address = $"0.0.0.0:{port}", KeyHash = ByteString.CopyFrom(new byte[PinnedCertificate.PinSizeBytes]),
                    Status = Protos.Status.Serving, ValidFor = Duration.FromTimeSpan(PeerRegistry.Validity),
                },
            },
        };
        await call.RequestStream.WriteAsync(beat, cancellationToken);
        if (!await call.ResponseStream.MoveNext(cancellationToken) || call.ResponseStream.Current.Refused.Count > 0)
            throw new InvalidOperationException($"{id} was refused: {string.Join("; ", call.ResponseStream.Current.Refused)}");
        return KeepAsync();

        async Task KeepAsync()
        {
            using var timer = new PeriodicTimer(PeerRegistry.Period);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await call.RequestStream.WriteAsync(beat, cancellationToken);
                await call.ResponseStream.MoveNext(cancellationToken);
            }
        }
    }

    public async Task<IReadOnlyList<string>> FindAsync(string api, CancellationToken cancellationToken) =>
        Ids(await new Reeve.ReeveClient(_channel).FindAsync(new FindRequest { Selector = new Protos.Selector { Api = api } }, cancellationToken: cancellationToken));

    public Task FollowAsync(IReadOnlyList<string> apis, Action<string, IReadOnlyCollection<string>> told, CancellationToken cancellationToken) => Task.WhenAll(apis.Select(async api =>
    {
        using var call = new Reeve.ReeveClient(_channel).Watch(new WatchRequest { Selector = new Protos.Selector { Api = api } }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
            told(api, Ids(call.ResponseStream.Current));
    }));

    public void Dispose() => _channel.Dispose();

    private static IReadOnlyList<string> Ids(FindReply reply) => [.. reply.Offers.Select(offer => offer.Entry.InstanceId)];
}
