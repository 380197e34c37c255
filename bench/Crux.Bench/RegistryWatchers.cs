using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.Bench;

/// <summary>
/// The other process of <see cref="RegistrySockets"/>: a thousand nodes, each with a key and a TLS connection of its own, that follow one api.
/// It writes their ids, waits for the port, attends, and makes one change for each line it is given.
/// </summary>
internal static class RegistryWatchers
{
    public const string Verb = "registry-watchers";

    private const int ConnectAtOnce = 16;

    public static async Task<int> RunAsync(int count)
    {
        var keys = Enumerable.Range(0, count).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToList();
        var certificates = keys.Select(key => PinnedCertificate.Create(key, "bench")).ToList();
        foreach (var certificate in certificates)
            Console.WriteLine(PinnedCertificate.NodeOf(certificate));
        var words = Console.ReadLine()!.Split(' ');
        var (port, leader) = (int.Parse(words[0], CultureInfo.InvariantCulture), RegistrySockets.IdOf(words[1]));

        var calls = new AsyncDuplexStreamingCall<ReeveReport, StewardPush>[count];
        using var slots = new SemaphoreSlim(ConnectAtOnce);
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            await slots.WaitAsync();
            calls[i] = new Steward.StewardClient(Connect(port, leader, certificates[i])).Attend();
            await calls[i].RequestStream.WriteAsync(new ReeveReport { Snapshot = new Snapshot { Life = (ulong)i + 1 } });
            await calls[i].RequestStream.WriteAsync(new ReeveReport { Interest = new Interest { Selectors = { new Protos.Selector { Api = RegistryCrowd.Watched } } } });
            await ReadAsync(calls[i], update => update.Complete);
            slots.Release();
        }));
        Console.WriteLine("attending");
        for (var sequence = 1ul; Console.ReadLine() is { Length: > 0 }; sequence++)
        {
            await calls[0].RequestStream.WriteAsync(new ReeveReport { Change = Change(PinnedCertificate.NodeOf(certificates[0]), sequence) });
            await Task.WhenAll(calls.Select(call => ReadAsync(call, update => update.Upserts.Count == 1)));
            Console.WriteLine("told");
        }
        return 0;
    }

    private static async Task ReadAsync(AsyncDuplexStreamingCall<ReeveReport, StewardPush> call, Func<RegistryUpdate, bool> isAwaited)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (call.ResponseStream.Current.Update is { } update && isAwaited(update))
                return;
        }
    }

    private static Change Change(NodeId node, ulong sequence) => new()
    {
        Sequence = sequence,
        Upserts =
        {
            new Entry
            {
                InstanceId = "0f8fad5b-d9cb-469f-a165-70867728950e", Group = "mill", Api = RegistryCrowd.Watched, Instance = $"{RegistryCrowd.Watched}_3",
                NetId = "node1:4000", Address = "127.0.0.1:4000", NodeId = ByteString.CopyFrom(node.ToArray()), Incarnation = 1,
                KeyHash = ByteString.CopyFrom(new byte[PinnedCertificate.PinSizeBytes]), Status = sequence % 2 == 0 ? Protos.Status.Serving : Protos.Status.Degraded,
                ValidFor = Duration.FromTimeSpan(TimeSpan.FromSeconds(15)),
            },
        },
    };

    private static GrpcChannel Connect(int port, NodeId leader, X509Certificate2 own) => GrpcChannel.ForAddress(
        $"https://127.0.0.1:{port}",
        new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = PinnedCertificate.ClientOptions(own, shown => PinnedCertificate.NodeOf(shown) == leader),
                ConnectCallback = async (context, cancellationToken) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
            DisposeHttpClient = true,
        });
}
