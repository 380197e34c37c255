using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Crux;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Net.Client;

namespace PlainHttp;

/// <summary>The local reeve: which instances there are, and what to show and to expect on a connection to one. Thread-safe.</summary>
public sealed class Reeve : IDisposable
{
    private readonly string _name;
    private readonly GrpcChannel _channel;
    private readonly Crux.Protos.Reeve.ReeveClient _reeve;
    private readonly ConcurrentDictionary<string, Entry> _known = new();

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
    }

    /// <summary>The best instances of an api now, and again after every change; ends where the reeve goes away.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Entry>> WatchAsync(string api, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancelled)
    {
        using var call = _reeve.Watch(new WatchRequest { Selector = new Crux.Protos.Selector { Api = api } }, cancellationToken: cancelled);
        while (await call.ResponseStream.MoveNext(cancelled))
        {
            var offers = call.ResponseStream.Current.Offers.Where(offer => offer.Tier >= 0).ToList();
            var best = offers.Where(offer => offer.Tier == offers.Min(it => it.Tier)).Select(offer => offer.Entry).ToList();
            foreach (var entry in best)
                _known[entry.Address] = entry;
            yield return best;
        }
    }

    /// <summary>The instance at an address (<c>10.0.0.7:41234</c>), where the reeve has named one there.</summary>
    public Entry? Find(string address) => _known.GetValueOrDefault(address);

    /// <summary>TLS to one instance and no other: shows a key that the node signed for it, and accepts the key that the registry names.</summary>
    public async Task<SslClientAuthenticationOptions> TlsForAsync(Entry entry)
    {
        // Not disposed: the certificate goes on using it.
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = await _reeve.EnrollAsync(
            new EnrollRequest { Service = _name, PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()), Destination = entry.KeyHash });
        var own = PinnedCertificate.Create(key, _name, signed.Statement.ToByteArray());
        return PinnedCertificate.ClientOptions(own, shown => IsPinned(entry, PinnedCertificate.PinOf(shown)));
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static bool IsPinned(Entry entry, byte[] pin) => entry.KeyHash.Span.SequenceEqual(pin) || entry.NextKeyHash.Span.SequenceEqual(pin);
}
