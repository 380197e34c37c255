using Crux.Node.Confab;
using Crux.Simulator.Confab;

namespace Crux.Node.Tests.Flock;

/// <summary>Some real drivers that share one neighbourhood.</summary>
internal sealed class TestFlock : IAsyncDisposable
{
    public List<TestNode> Nodes { get; } = [];

    /// <summary>Real sockets on loopback addresses of their own: 127.66.x.1 and on, on one free port.</summary>
    public static TestFlock OnLoopback(byte third, int count)
    {
        var flock = new TestFlock();
        var first = 0x7F42_0001u | ((uint)third << 8);
        ushort port = 0;
        for (var i = 0; i < count; i++)
        {
            var confab = UdpConfab.Open(NetAddress.V4(first + (uint)i, port), [AddressRange.Around(first, 26)]);
            port = confab.Address.Port;
            flock.Nodes.Add(new TestNode($"node{i}", confab));
        }
        return flock;
    }

    /// <summary>No sockets at all.</summary>
    public static TestFlock InMemory(SimulatedNetwork network, int count)
    {
        var flock = new TestFlock();
        for (var i = 0; i < count; i++)
        {
            var confab = network.Open(NetAddress.V4(0x0A42_0001u + (uint)i, 23123), [AddressRange.Around(0x0A42_0001u, 26)]);
            flock.Nodes.Add(new TestNode($"node{i}", confab));
        }
        return flock;
    }

    /// <summary>Starts all, and waits until all hold the same view of all and follow the same leader.</summary>
    public async Task<NodeId> StartAsync(CancellationToken cancellationToken)
    {
        Nodes.ForEach(node => node.Driver.Start());
        return await TogetherAsync(Nodes, cancellationToken);
    }

    /// <summary>Waits until these nodes see just each other and follow one leader.</summary>
    public static async Task<NodeId> TogetherAsync(IReadOnlyList<TestNode> nodes, CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var node in nodes)
                await node.UntilAsync(view => view.IsSettled && view.Members.Length == nodes.Count && view.Leader is not null, cancellationToken);
            var leaders = nodes.Select(node => node.Driver.Current.Leader).Distinct().ToList();
            if (leaders is [{ } leader] && nodes.Any(node => node.Id == leader))
                return leader;
            await nodes[0].UntilAsync(view => view.Revision > nodes[0].Driver.Current.Revision || nodes.Select(node => node.Driver.Current.Leader).Distinct().Count() == 1, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
    }
}
