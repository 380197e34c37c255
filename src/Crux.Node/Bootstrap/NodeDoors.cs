using System.Net.Sockets;

namespace Crux.Node.Bootstrap;

/// <summary>Where others come in: addresses that are taken long before somebody serves there.</summary>
/// <param name="Peers">The flock's port, TCP; bound.</param>
/// <param name="Local">The socket for this machine's processes; who connects waits.</param>
internal sealed record NodeDoors(Socket Peers, Socket Local) : IDisposable
{
    /// <summary>Takes both, or neither.</summary>
    /// <exception cref="NodeStartException">One can't be had; the message says what to do.</exception>
    public static NodeDoors Take(NetAddress address, string socketPath)
    {
        var peers = PeerHost.Take(address);
        try
        {
            return new NodeDoors(peers, LocalHost.Take(socketPath));
        }
        catch
        {
            peers.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Peers.Dispose();
        Local.Dispose();
    }
}
