namespace Crux.Simulator.Anchors;

/// <summary>
/// Exchanges of whole states over TCP, by which nodes join and which mend what gossip missed. Who is asked answers one after another,
/// at a price per entry, and refuses what comes on top of its limit.
/// </summary>
internal sealed class AnchorExchanges(AnchorWorld world)
{
    /// <summary>CPU for one entry to be read or written: MessagePack by reflection, a lock, a look-up.</summary>
    private static readonly TimeSpan PerEntry = TimeSpan.FromMicroseconds(2);

    /// <summary>A joiner that was refused, or whose exchange ran into memberlist's TCP timeout, tries again after this.</summary>
    private static readonly TimeSpan JoinAgain = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan TcpTimeout = TimeSpan.FromSeconds(10);

    private readonly List<Exchange> _exchanges = [];
    private readonly Stack<int> _free = new();
    private readonly long[] _busyUntil = new long[AnchorOptions.MaxNodes];
    private readonly int[] _open = new int[AnchorOptions.MaxNodes];

    public long Refused { get; private set; }

    public void Begin(int from, int to, bool join)
    {
        var mine = StateOf(from);
        var bytes = mine.Count * (long)MessageSizes.StateEntry;
        var takes = ReliableStream.Connect(world) + ReliableStream.Send(world, bytes);
        Count(from, bytes);
        if (takes > TcpTimeout.Ticks)
        {
            Fail(from, to, join);
            return;
        }
        world.At(world.Now + takes, to, AnchorEvent.ExchangeArrives, Keep(new(from, to, join, mine)));
    }

    public void Happen(AnchorEvent what, int index)
    {
        var exchange = _exchanges[index];
        switch (what)
        {
            case AnchorEvent.ExchangeArrives:
                Arrive(index, exchange);
                break;
            case AnchorEvent.ExchangeAnswered:
                Answer(index, exchange);
                break;
            default:
                _free.Push(index);
                if (world.Nodes[exchange.From].IsOn)
                    Merge(exchange.From, exchange.State);
                break;
        }
    }

    private void Arrive(int index, Exchange exchange)
    {
        var to = exchange.To;
        if (!world.Nodes[to].IsOn || _open[to] >= world.Protocol.MaxPushPulls - 1)
        {
            Refused++;
            _free.Push(index);
            Fail(exchange.From, to, exchange.Join);
            return;
        }
        _open[to]++;
        var work = PerEntry * (exchange.State.Count + world.Nodes[to].Table.Known);
        _busyUntil[to] = Math.Max(_busyUntil[to], world.Now) + work.Ticks;
        world.At(_busyUntil[to], to, AnchorEvent.ExchangeAnswered, index);
    }

    private void Answer(int index, Exchange exchange)
    {
        var to = exchange.To;
        _open[to]--;
        var mine = StateOf(to);
        var bytes = mine.Count * (long)MessageSizes.StateEntry;
        Count(to, bytes);
        world.At(world.Now + ReliableStream.Send(world, bytes), exchange.From, AnchorEvent.ExchangeReturns, index);
        _exchanges[index] = exchange with { State = mine };
        if (world.Nodes[to].IsOn)
            Merge(to, exchange.State);
    }

    private void Fail(int from, int to, bool join)
    {
        if (join)
            world.After(JoinAgain, from, AnchorEvent.JoinDue, to);
    }

    private void Merge(int node, List<Rumor> state)
    {
        // Of the dead one is told no more than a suspicion: they may be able to refute it.
        foreach (var entry in state)
            world.Nodes[node].Hear(entry.Kind == RumorKind.Alive ? entry : entry with { Kind = RumorKind.Suspect, From = node });
    }

    private List<Rumor> StateOf(int node)
    {
        var table = world.Nodes[node].Table;
        var state = new List<Rumor>(table.Known);
        foreach (var member in table.Order)
            state.Add(new(member, table.IncarnationOf(member), node, table.StateOf(member) == MemberState.Alive ? RumorKind.Alive : RumorKind.Suspect));
        return state;
    }

    private void Count(int node, long bytes)
    {
        world.SentBytes[node] += MessageSizes.OnTheWire(bytes);
        world.SentPackets[node] += (bytes / MessageSizes.TcpSegment) + 1;
    }

    private int Keep(Exchange exchange)
    {
        if (_free.TryPop(out var index))
        {
            _exchanges[index] = exchange;
            return index;
        }
        _exchanges.Add(exchange);
        return _exchanges.Count - 1;
    }

    private sealed record Exchange(int From, int To, bool Join, List<Rumor> State);
}
