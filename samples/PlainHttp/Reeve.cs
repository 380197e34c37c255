using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crux;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Net.Client;

namespace PlainHttp;

/// <summary>The local reeve: which instances there are, and what to show and to expect on a connection to one. Thread-safe.</summary>
public sealed class Reeve : IDisposable
{
    private const int HostLength = 32;

    private readonly string _name;
    private readonly GrpcChannel _channel;
    private readonly Crux.Protos.Reeve.ReeveClient _reeve;
    private readonly CancellationTokenSource _stop = new();
    private readonly FlockNews _news;

    // For each api what is on offer, and what was before: a request may be on its way there. So many apis as the program's author named.
    private readonly ConcurrentDictionary<string, (IReadOnlyList<Entry> Now, IReadOnlyList<Entry> Before)> _offered = new();

    /// <param name="socket">Its Unix socket.</param>
    /// <param name="name">What this process is called in its identity, and in an operator's rules.</param>
    public Reeve(string socket, string name)
    {
        _name = name;
        _channel = GrpcChannel.ForAddress("http://reeve", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancelled) =>
                {
                    var end = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await end.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancelled);
                    return new NetworkStream(end, ownsSocket: true);
                },
            },
            DisposeHttpClient = true,
        });
        _reeve = new Crux.Protos.Reeve.ReeveClient(_channel);
        _news = new FlockNews(_reeve, name, _stop.Token);
    }

    /// <summary>The generation that the keys which this process shows are to be of; connections under older ones are to be replaced.</summary>
    public ulong Generation => _news.Generation;

    /// <summary>The best instances of an api now, and again after every change; ends where the reeve goes away.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Entry>> WatchAsync(string api, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancelled)
    {
        using var call = _reeve.Watch(new WatchRequest { Selector = new Crux.Protos.Selector { Api = api } }, cancellationToken: cancelled);
        while (await call.ResponseStream.MoveNext(cancelled))
        {
            var offers = call.ResponseStream.Current.Offers.Where(offer => offer.Tier >= 0).ToList();
            var best = offers.Where(offer => offer.Tier == offers.Min(it => it.Tier)).Select(offer => offer.Entry).ToList();
            _offered.AddOrUpdate(api, (best, []), (_, known) => (best, known.Now));
            yield return best;
        }
    }

    /// <summary>
    /// What stands for one instance in a request, in place of a host. Not its address: two instances may be said to be at one, and only one of
    /// them is meant.
    /// </summary>
    public static string HostOf(Entry entry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{entry.Instance} {entry.Address} {entry.KeyHash.ToBase64()}")))[..HostLength];

    /// <summary>The instance that a host stands for, where the reeve has named it and its node is still in the flock.</summary>
    public Entry? Find(string host) => _offered.Values
        .SelectMany(known => known.Now.Concat(known.Before))
        .FirstOrDefault(entry => HostOf(entry) == host && entry.NodeId.Length == NodeId.SizeBytes && _news.IsMember(NodeId.Read(entry.NodeId.Span)));

    /// <summary>
    /// TLS to one instance and no other: shows a key that the node signed for it, and accepts the key that the registry names if a node of the flock
    /// signed that one for this very instance.
    /// </summary>
    public async Task<SslClientAuthenticationOptions> TlsForAsync(Entry entry)
    {
        await _news.Known;
        // Not disposed: the certificate goes on using it.
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = await _reeve.EnrollAsync(
            new EnrollRequest { Service = _name, PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()), Destination = entry.KeyHash });
        var own = PinnedCertificate.Create(key, _name, signed.Statement.ToByteArray());
        return PinnedCertificate.ClientOptions(own, shown => IsPinned(entry, shown) && NodeStatement.IsFor(entry.Instance, shown, _news.IsMember));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _channel.Dispose();
        _stop.Dispose();
    }

    private static bool IsPinned(Entry entry, X509Certificate2 shown)
    {
        var pin = PinnedCertificate.PinOf(shown);
        return entry.KeyHash.Span.SequenceEqual(pin) || entry.NextKeyHash.Span.SequenceEqual(pin);
    }
}
