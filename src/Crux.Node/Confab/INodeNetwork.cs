using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>What carries a node's datagrams, and its connections to other nodes: the kernel's network, or a test host's.</summary>
internal interface INodeNetwork
{
    /// <summary>The node's datagrams.</summary>
    /// <exception cref="ConfabException">The address can't be had; the message says what to do.</exception>
    IConfab Open(AddressPlan plan);

    /// <summary>A connection from <paramref name="own"/>, which is the way that the flock knows this node, to another node.</summary>
    ValueTask<Socket> ConnectAsync(NetAddress own, NetAddress peer, CancellationToken cancellation);
}
