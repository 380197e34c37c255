using Microsoft.AspNetCore.Connections;

namespace Crux.Node.Security;

/// <summary>The connections that other nodes have to this one, so that those of a node that leaves the view are cut at once.</summary>
/// <remarks>Thread-safe. As many as the peer port takes.</remarks>
internal sealed class PeerConnections(IGroupView view)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, HashSet<ConnectionContext>> _byNode = [];

    /// <summary>Nodes connected now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _byNode.Count;
        }
    }

    /// <summary>Takes a connection in; false where its node has left the view since the handshake.</summary>
    public bool TryAdd(NodeId node, ConnectionContext connection)
    {
        lock (_gate)
        {
            if (view.Current.Find(node) is null)
                return false;
            if (!_byNode.TryGetValue(node, out var connections))
                _byNode.Add(node, connections = []);
            connections.Add(connection);
            return true;
        }
    }

    /// <summary>Forgets a connection that has ended.</summary>
    public void Remove(NodeId node, ConnectionContext connection)
    {
        lock (_gate)
        {
            if (_byNode.TryGetValue(node, out var connections) && connections.Remove(connection) && connections.Count == 0)
                _byNode.Remove(node);
        }
    }

    /// <summary>Cuts the connections of all nodes that are not in <paramref name="snapshot"/>.</summary>
    public void Keep(GroupSnapshot snapshot)
    {
        List<ConnectionContext> gone = [];
        lock (_gate)
        {
            foreach (var (node, connections) in _byNode)
            {
                if (snapshot.Find(node) is null)
                    gone.AddRange(connections);
            }
        }
        foreach (var connection in gone)
            connection.Abort(new ConnectionAbortedException("The node has left the flock's view."));
    }
}
