using System.Collections.Frozen;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Client.Connect;

/// <summary>
/// The nodes whose statements count, and which of these don't. The last known set is kept while the reeve is away, and a restarted reeve, which at first
/// knows itself alone, takes nobody away before the hold has passed. Thread-safe.
/// </summary>
internal sealed class TrustedNodes(ReeveLink link, TimeSpan hold) : IDisposable
{
    private readonly Lock _lock = new();
    private FrozenSet<NodeId> _told = FrozenSet<NodeId>.Empty;
    private FrozenSet<NodeId> _held = FrozenSet<NodeId>.Empty;
    private volatile FrozenSet<NodeId> _shutOut = FrozenSet<NodeId>.Empty;
    private ITimer? _holdEnds;
    private volatile FrozenSet<NodeId>? _current;

    /// <summary>Raised after a change, outside the lock.</summary>
    public event Action? Changed;

    /// <summary>Null until a reeve has answered for the first time.</summary>
    public FrozenSet<NodeId>? Current => _current;

    /// <summary>The keys that an operator took back.</summary>
    public KeyBans Bans { get; private set; } = KeyBans.None;

    /// <summary>False where the node is unknown, and where nothing is known yet.</summary>
    public bool Contains(NodeId node) => _current?.Contains(node) ?? false;

    /// <summary>Whether the flock has said that this node is not part of it.</summary>
    public bool IsGone(NodeId node) => _current is { } known && !known.Contains(node);

    /// <summary>Whether an operator shut it out: then what it vouches for is not to be talked to, even where it answers.</summary>
    public bool IsShutOut(NodeId node) => _shutOut.Contains(node);

    public Task RunAsync(CancellationToken stop) => link.KeepAsync(WatchAsync, link.ReportDown, stop);

    public void Dispose()
    {
        lock (_lock)
            _holdEnds?.Dispose();
    }

    internal void Apply(IEnumerable<NodeId> nodes, KeyBans bans, bool isNewReeve, IEnumerable<NodeId>? shutOut = null)
    {
        lock (_lock)
        {
            if (isNewReeve && _current is { } before && hold > TimeSpan.Zero)
            {
                _held = before;
                _holdEnds?.Dispose();
                _holdEnds = link.Time.CreateTimer(_ => EndHold(), null, hold, Timeout.InfiniteTimeSpan);
            }
            // Before the nodes: who is let in for the first time must find them.
            Bans = bans;
            _told = nodes.ToFrozenSet();
            _shutOut = (shutOut ?? []).Except(_told).ToFrozenSet();
            _current = _held.Count == 0 ? _told : _told.Union(_held.Except(_shutOut)).ToFrozenSet();
        }
        Changed?.Invoke();
    }

    private void EndHold()
    {
        lock (_lock)
        {
            _held = FrozenSet<NodeId>.Empty;
            _current = _told;
        }
        Changed?.Invoke();
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var call = link.Reeve.WatchNodes(new WatchNodesRequest(), cancellationToken: stop);
        var isNewReeve = true;
        await foreach (var reply in call.ResponseStream.ReadAllAsync(stop))
        {
            Apply(Read(reply.NodeIds), KeyBans.Of(reply.Bans), isNewReeve, Read(reply.ShutOutIds));
            if (isNewReeve)
                link.ReportUp();
            isNewReeve = false;
        }
        throw new IOException("the reeve ended its answer");
    }

    private static IEnumerable<NodeId> Read(IEnumerable<ByteString> ids) => ids.Where(id => id.Length == NodeId.SizeBytes).Select(id => NodeId.Read(id.Span));
}
