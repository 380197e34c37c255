using Crux.Machines;
using Crux.Simulator.Time;

namespace Crux.Simulator.Anchors;

/// <summary>Time, chance and the network under the anchors' nodes: the simulator's heap, its conditions and its trace hash.</summary>
internal sealed class AnchorWorld
{
    private readonly EventHeap _heap = new();
    private ulong _order;
    private readonly List<AnchorDatagram> _datagrams = [];
    private readonly Stack<int> _free = new();
    private readonly List<int> _underWay = [];
    private TraceHash _trace;

    public AnchorWorld(int nodes, ulong seed, AnchorProtocol protocol, NetworkConditions network)
    {
        (Protocol, Network, Random) = (protocol, network, new(seed));
        Watch = new(nodes, () => Now);
        Exchanges = new(this);
        Nodes = [.. Enumerable.Range(0, nodes).Select(index => new AnchorNode(this, index, nodes))];
        SentBytes = new long[nodes];
        SentPackets = new long[nodes];
    }

    public long Now { get; private set; }

    public long Events { get; private set; }

    public AnchorProtocol Protocol { get; }

    public NetworkConditions Network { get; }

    public SeededRandom Random { get; }

    public AnchorNode[] Nodes { get; }

    public AnchorWatch Watch { get; }

    public AnchorExchanges Exchanges { get; }

    /// <summary>What each node put on the wire, headers included: datagrams, and TCP as <see cref="MessageSizes.OnTheWire"/> counts it.</summary>
    public long[] SentBytes { get; }

    public long[] SentPackets { get; }

    public ulong Trace => _trace.Value;

    public void At(long time, int node, AnchorEvent what, int argument = 0) => Push(time, SimulatedEventKind.Deadline, node, (int)what, argument);

    public void After(TimeSpan span, int node, AnchorEvent what, int argument = 0) => At(Now + span.Ticks, node, what, argument);

    /// <summary>An empty datagram to fill and send.</summary>
    public AnchorDatagram Draft()
    {
        if (!_free.TryPop(out var slot))
        {
            slot = _datagrams.Count;
            if (slot == PayloadStore.MaxUnderWay)
                throw new SimulationException($"More than {slot} datagrams are under way at once.");
            _datagrams.Add(new());
        }
        _underWay.Add(slot);
        _datagrams[slot].Rumors.Clear();
        return _datagrams[slot];
    }

    /// <summary>Sends the datagram drafted last.</summary>
    public void Send(int from, int to, AnchorDatagram datagram)
    {
        var slot = _underWay[^1];
        _underWay.RemoveAt(_underWay.Count - 1);
        SentPackets[from]++;
        SentBytes[from] += datagram.Bytes + MessageSizes.UdpHeaders;
        if (Network.Loss > 0 && Random.NextDouble() < Network.Loss)
        {
            _free.Push(slot);
            return;
        }
        datagram.Holders = Network.Duplication > 0 && Random.NextDouble() < Network.Duplication ? 2 : 1;
        for (var copy = 0; copy < datagram.Holders; copy++)
            Push(Now + Way().Ticks, SimulatedEventKind.Arrival, to, from, slot);
    }

    /// <summary>How long a datagram or segment is under way.</summary>
    public TimeSpan Way()
    {
        var way = Network.Latency + Random.Next(Network.Jitter);
        return Network.Reordering > 0 && Random.NextDouble() < Network.Reordering ? way + Random.Next(Network.HeldBack) : way;
    }

    /// <summary>Lets time pass up to a point, or until <paramref name="isOver"/>.</summary>
    public void Run(TimeSpan until, Func<bool> isOver, CancellationToken cancellationToken)
    {
        while (_heap.NextAt <= until.Ticks && !isOver())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var happening = _heap.Pop();
            Now = happening.At;
            Events++;
            _trace.Add((ulong)Now);
            _trace.Add(((ulong)happening.Node << 32) | (uint)happening.From);
            if (happening.Kind == SimulatedEventKind.Arrival)
                Arrive(happening);
            else
                Happen(happening.Node, (AnchorEvent)happening.From, happening.Payload);
        }
        if (!isOver())
            Now = until.Ticks;
    }

    private void Arrive(in SimulatedEvent arrival)
    {
        var datagram = _datagrams[arrival.Payload];
        if (Nodes[arrival.Node].IsOn)
            Nodes[arrival.Node].Receive(arrival.From, datagram);
        if (--datagram.Holders == 0)
            _free.Push(arrival.Payload);
    }

    private void Happen(int node, AnchorEvent what, int argument)
    {
        if (what is AnchorEvent.ExchangeArrives or AnchorEvent.ExchangeAnswered or AnchorEvent.ExchangeReturns)
            Exchanges.Happen(what, argument);
        else if (what == AnchorEvent.Look)
            Watch.Look(Nodes, argument);
        else if (what == AnchorEvent.Boot || Nodes[node].IsOn)
            Nodes[node].Happen(what, argument);
    }

    private void Push(long at, SimulatedEventKind kind, int node, int from, int argument) => _heap.Push(new SimulatedEvent(at, _order++, node, from, argument, kind));
}
