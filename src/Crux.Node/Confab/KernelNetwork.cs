using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>The network that a node really has.</summary>
internal sealed class KernelNetwork : INodeNetwork
{
    private KernelNetwork()
    {
    }

    public static KernelNetwork Instance { get; } = new();

    public IConfab Open(AddressPlan plan) => UdpConfab.Open(plan.Address, plan.Neighbourhood);

    public async ValueTask<Socket> ConnectAsync(NetAddress own, NetAddress peer, CancellationToken cancellation)
    {
        var socket = new Socket(own.Family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // From the node's own address: the way that its flock knows it, whatever other interfaces there are.
            socket.Bind(own.WithPort(0).ToEndPoint());
            await socket.ConnectAsync(peer.ToEndPoint(), cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
