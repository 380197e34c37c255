using Crux.Client.Connect;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Crux.Client.Hosting;

/// <summary>
/// The connections to one listener, so that those of a node that has left the flock, or under a key that an operator took back, end with the
/// news of it, and those under a key that its node took back with the first one under its successor.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PeerConnections : IDisposable
{
    /// <summary>Connections at once, of all callers.</summary>
    public const int MaxConnections = 20_000;

    /// <summary>Connections at once under one name from one node: many processes may have it, and one that goes wild must not have them all.</summary>
    public const int MaxPerCaller = 512;

    private readonly Dictionary<(NodeId Node, string Service), int> _byCaller = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<ConnectionContext, PeerStatement> _open = [];
    private readonly TrustedNodes _nodes;
    private readonly IReadOnlyList<string> _served;
    private readonly TimeProvider _time;

    /// <param name="nodes">Whose callers may connect.</param>
    /// <param name="served">The instances that the listener serves.</param>
    /// <param name="time">The clock.</param>
    public PeerConnections(TrustedNodes nodes, IReadOnlyList<string> served, TimeProvider time)
    {
        (_nodes, _served, _time) = (nodes, served, time);
        nodes.Changed += EndGone;
    }

    /// <summary>Serves a connection; one whose node left between the handshake and now is not served.</summary>
    public async Task ServeAsync(ConnectionContext connection, PeerStatement caller, ConnectionDelegate next)
    {
        if (!TryAdd(connection, caller))
        {
            connection.Abort(new ConnectionAbortedException("There are too many connections."));
            return;
        }
        try
        {
            if (IsGone(caller))
                End(connection);
            else
                await ClosedConnection.WhenOverAsync(next(connection), connection.ConnectionClosed, () => connection.Features.Get<PeerConnection>() is { Calls.IsAny: true }, _time);
        }
        finally
        {
            Remove(connection, (caller.Node, caller.Service));
        }
    }

    /// <summary>Ends the connections under keys that <paramref name="newer"/> says count no more.</summary>
    public void EndOlder(PeerStatement newer) =>
        Find(other => other.Generation < newer.Oldest && other.Node == newer.Node && other.Service == newer.Service)
            .ForEach(connection => connection.Abort(new ConnectionAbortedException("The caller's key was taken back.")));

    /// <summary>Asks the callers of these connections to come by new ones; their calls finish where they are.</summary>
    public void Renew(Predicate<PeerStatement> which)
    {
        foreach (var connection in Find(which))
            connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    public void Dispose() => _nodes.Changed -= EndGone;

    private void EndGone() => Find(IsGone).ForEach(End);

    private bool IsGone(PeerStatement caller) => _nodes.IsGone(caller.Node) || _nodes.Bans.Void(caller, _served);

    private bool TryAdd(ConnectionContext connection, PeerStatement caller)
    {
        lock (_gate)
        {
            var held = _byCaller.GetValueOrDefault((caller.Node, caller.Service));
            if (held >= MaxPerCaller || _open.Count >= MaxConnections)
                return false;
            _byCaller[(caller.Node, caller.Service)] = held + 1;
            _open.Add(connection, caller);
            return true;
        }
    }

    private void Remove(ConnectionContext connection, (NodeId Node, string Service) caller)
    {
        lock (_gate)
        {
            _open.Remove(connection);
            if (--_byCaller[caller] == 0)
                _byCaller.Remove(caller);
        }
    }

    private List<ConnectionContext> Find(Predicate<PeerStatement> which)
    {
        lock (_gate)
            return [.. _open.Where(pair => which(pair.Value)).Select(pair => pair.Key)];
    }

    private static void End(ConnectionContext connection) => connection.Abort(new ConnectionAbortedException("The caller's node has left the flock, or its key was taken back."));
}
