using Crux.Client.Connect;
using Microsoft.AspNetCore.Connections;

namespace Crux.Client.Hosting;

/// <summary>The connections to one listener, so that those of a node that has left the flock end with the news of it.</summary>
/// <remarks>Thread-safe. As many as Kestrel takes.</remarks>
internal sealed class PeerConnections : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ConnectionContext, NodeId> _open = [];
    private readonly TrustedNodes _nodes;

    public PeerConnections(TrustedNodes nodes)
    {
        _nodes = nodes;
        nodes.Changed += EndGone;
    }

    /// <summary>Serves a connection; one whose node left between the handshake and now is not served.</summary>
    public async Task ServeAsync(ConnectionContext connection, NodeId node, ConnectionDelegate next)
    {
        lock (_gate)
            _open.Add(connection, node);
        try
        {
            if (_nodes.IsGone(node))
                End(connection);
            else
                await next(connection);
        }
        finally
        {
            lock (_gate)
                _open.Remove(connection);
        }
    }

    public void Dispose() => _nodes.Changed -= EndGone;

    private void EndGone()
    {
        List<ConnectionContext> gone = [];
        lock (_gate)
        {
            foreach (var (connection, node) in _open)
            {
                if (_nodes.IsGone(node))
                    gone.Add(connection);
            }
        }
        gone.ForEach(End);
    }

    private static void End(ConnectionContext connection) => connection.Abort(new ConnectionAbortedException("The caller's node has left the flock."));
}
