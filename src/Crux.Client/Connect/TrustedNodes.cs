using System.Collections.Frozen;
using Crux.Protos;
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

    public Task RunAsync(CancellationToken stop) => link.KeepAsync(WatchAsync, link.ReportDown, stop);

    public void Dispose()
    {
        lock (_lock)
            _holdEnds?.Dispose();
    }

    internal void Apply(IEnumerable<NodeId> nodes, KeyBans bans, bool isNewReeve)
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
            _current = _held.Count == 0 ? _told : _told.Union(_held).ToFrozenSet();
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
            Apply(reply.NodeIds.Where(id => id.Length == NodeId.SizeBytes).Select(id => NodeId.Read(id.Span)), KeyBans.Of(reply.Bans), isNewReeve);
            if (isNewReeve)
                link.ReportUp();
            isNewReeve = false;
        }
        throw new IOException("the reeve ended its answer");
    }
}
