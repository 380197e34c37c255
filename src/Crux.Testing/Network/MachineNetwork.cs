using System.Net.Sockets;
using Crux.Node.Confab;

namespace Crux.Testing.Network;

/// <summary>The network as one machine's node sees it.</summary>
internal sealed class MachineNetwork(TestNetwork network, Machine machine) : INodeNetwork
{
    public IConfab Open(AddressPlan plan) => network.Datagrams.Open(plan.Address, plan.Neighbourhood);

    public ValueTask<Socket> ConnectAsync(NetAddress own, NetAddress peer, CancellationToken cancellation) => network.ConnectAsync(machine, peer, cancellation);
}
