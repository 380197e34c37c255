using System.Net.Sockets;
using Crux.Node.Confab;
using Crux.Services;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.Node.Security;

/// <summary>
/// The channels to other nodes: one for each member and incarnation, made on demand. A channel is closed as soon as its node leaves
/// the view, so a call to a node that went silent fails then, and not when TCP gives up.
/// </summary>
internal sealed class PeerChannels(PeerTls tls, NetAddress own, Action<IReadOnlyList<NetAddress>, bool> seek, INodeNetwork network) : IPeers, IDisposable
{
    /// <summary>More channels than this at once are not kept: the one used longest ago is closed.</summary>
    public const int MaxChannels = 64;

    /// <summary>The largest answer taken from a peer: a steward's whole registry, some 100,000 entries.</summary>
    public const int MaxMessageBytes = 32 << 20;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    // Whoever dies is found out by the flock, in less time. This finds what only a connection suffers from, such as a firewall that forgot it.
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, Peer> _peers = [];
    private long _uses;
    private bool _disposed;

    /// <summary>Channels kept now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _peers.Count;
        }
    }

    /// <inheritdoc/>
    public CallInvoker Connect(Member member)
    {
        Peer? stale = null;
        Peer? evicted = null;
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_peers.TryGetValue(member.Id, out var known))
                {
                    if (known.Incarnation == member.Incarnation && known.Address == member.Address)
                    {
                        known.LastUse = ++_uses;
                        return known.Invoker;
                    }
                    stale = known;
                    _peers.Remove(member.Id);
                }
                if (_peers.Count >= MaxChannels)
                {
                    var oldest = _peers.MinBy(pair => pair.Value.LastUse);
                    evicted = oldest.Value;
                    _peers.Remove(oldest.Key);
                }
                var peer = Open(member);
                peer.LastUse = ++_uses;
                _peers.Add(member.Id, peer);
                return peer.Invoker;
            }
        }
        finally
        {
            stale?.Channel.Dispose();
            evicted?.Channel.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Seek(IReadOnlyList<NetAddress> hosts, bool everybody) => seek(hosts, everybody);

    /// <summary>Closes the channels to all nodes that are not in <paramref name="snapshot"/>; their calls in flight fail at once.</summary>
    public void Keep(GroupSnapshot snapshot)
    {
        List<Peer> gone = [];
        lock (_gate)
        {
            foreach (var (id, peer) in _peers)
            {
                if (snapshot.Find(id)?.Incarnation != peer.Incarnation)
                    gone.Add(peer);
            }
            foreach (var peer in gone)
                _peers.Remove(peer.Node);
        }
        foreach (var peer in gone)
            peer.Channel.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        List<Peer> all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _peers.Values];
            _peers.Clear();
        }
        foreach (var peer in all)
            peer.Channel.Dispose();
    }

    private Peer Open(Member member)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = KeepAliveDelay,
            KeepAlivePingTimeout = KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            SslOptions = tls.ClientFor(member.Id),
            ConnectCallback = async (_, cancellation) => new NetworkStream(await network.ConnectAsync(own, member.Address, cancellation), ownsSocket: true),
        };
        var channel = GrpcChannel.ForAddress($"https://{member.Address}", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxMessageBytes,
        });
        return new Peer(member.Id, member.Incarnation, member.Address, channel, channel.CreateCallInvoker());
    }

    private sealed class Peer(NodeId node, uint incarnation, NetAddress address, GrpcChannel channel, CallInvoker invoker)
    {
        public NodeId Node { get; } = node;

        public uint Incarnation { get; } = incarnation;

        public NetAddress Address { get; } = address;

        public GrpcChannel Channel { get; } = channel;

        public CallInvoker Invoker { get; } = invoker;

        public long LastUse { get; set; }
    }
}
