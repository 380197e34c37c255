using Crux.Simulator.Time;

namespace Crux.Simulator.Network;

/// <summary>Takes datagrams from nodes and has them arrive, or not: addresses, cuts, loss, speed and latency.</summary>
/// <remarks>
/// While shards run it only reads what they share. Chance is each node's own: the sender's for what befalls a datagram on its way, the
/// receiver's for what befalls it at its end.
/// </remarks>
internal sealed class Wire(List<SimulatedNode> nodes, AddressPlaces places)
{
    // By place in the range: a look-up for every datagram of ten thousand nodes is worth an array. The last node added to an address is its head.
    private readonly int[] _byPlace = NewPlaces(places.Count);
    private readonly Dictionary<NetAddress, int> _elsewhere = [];

    public NetworkConditions Conditions { get; set; } = new();

    public Connectivity Links { get; } = new();

    /// <summary>Whatever one node does to another takes so long at least.</summary>
    public long LeastWay => Math.Max(1, Conditions.Latency.Ticks);

    /// <summary>Test hook: datagrams that vanish without the checkers knowing of any cut.</summary>
    public Func<int, int, bool>? Swallows { get; set; }

    public bool IsTaken(NetAddress address) => HeadAt(address) >= 0;

    /// <summary>Somebody at an address; null where nobody is.</summary>
    public SimulatedNode? SomebodyAt(NetAddress address) => HeadAt(address) is var head and >= 0 ? nodes[head] : null;

    /// <summary>Puts a node at its address. Where another is already, the one that sent last gets what arrives, as with any switch.</summary>
    public void Attach(SimulatedNode node)
    {
        node.NextAtAddress = HeadAt(node.Address);
        SetHead(node.Address, node.Index);
    }

    /// <summary>Takes a node away from its address.</summary>
    public void Detach(SimulatedNode node)
    {
        var head = HeadAt(node.Address);
        if (head == node.Index)
        {
            SetHead(node.Address, node.NextAtAddress);
            return;
        }
        while (nodes[head].NextAtAddress != node.Index)
            head = nodes[head].NextAtAddress;
        nodes[head].NextAtAddress = node.NextAtAddress;
    }

    public void Send(long now, SimulatedNode from, NetAddress to, Reach reach, ReadOnlySpan<byte> bytes)
    {
        var shard = from.Shard;
        shard.CountSent(bytes.Length);
        from.Sent.Add(now, bytes.Length);
        from.LastSentAt = now;
        bytes[..Math.Min(bytes.Length, from.LastFrame.Length)].CopyTo(from.LastFrame);
        var target = HeadAt(to);
        if ((reach == Reach.Unproven && Conditions.UnresolvedProbes > 0 && !from.Probes.TrySend(now, IsMachineAt(target, now), Conditions.UnresolvedProbes))
            || target < 0
            || (Conditions.Loss > 0 && from.Chance.NextDouble() < Conditions.Loss)
            || (from.LossOut > 0 && from.Chance.NextDouble() < from.LossOut))
        {
            shard.CountLost();
            return;
        }
        var leaves = now;
        if (Conditions.BandwidthBytesPerSecond > 0)
        {
            if (from.Uplink.Pass(now, bytes.Length + Traffic.HeaderBytes, Conditions.BandwidthBytesPerSecond) is not { } sent)
            {
                shard.CountLost();
                return;
            }
            leaves = sent;
        }
        var payload = shard.Payloads.Take(bytes);
        shard.Push(from, leaves + Way(from), SimulatedEventKind.Arrival, nodes[target], from.Index, payload);
        if (Conditions.Duplication > 0 && from.Chance.NextDouble() < Conditions.Duplication)
        {
            shard.Payloads.Share(payload);
            shard.Push(from, leaves + Way(from), SimulatedEventKind.Arrival, nodes[target], from.Index, payload);
        }
    }

    /// <summary>Who hears what arrives at a node's address: where several are, one that runs, and of those the one that sent last.</summary>
    public SimulatedNode ListenerAmong(SimulatedNode node)
    {
        var best = nodes[HeadAt(node.Address)];
        for (var next = best.NextAtAddress; next >= 0; next = nodes[next].NextAtAddress)
        {
            var other = nodes[next];
            if (other.IsOn != best.IsOn ? other.IsOn : other.LastSentAt > best.LastSentAt)
                best = other;
        }
        return best;
    }

    /// <summary>Whether a datagram is lost before it reaches a node's line.</summary>
    public bool Loses(long now, SimulatedNode from, SimulatedNode to)
    {
        if (from.Wire != to.Wire || (Links.IsCut && !Links.Carries(from.Index, to.Index)) || Swallows?.Invoke(from.Index, to.Index) == true)
            return true;
        if (to.LossIn > 0 && to.Chance.NextDouble() < to.LossIn)
            return true;
        return Conditions.Burst is { } burst && to.Chance.NextDouble() < to.WeatherOf(from, burst.PerLink).LossAt(now, burst, to.Chance);
    }

    /// <summary>Whether somebody records this arrival, which was accepted, and has it arrive again later.</summary>
    public void PerhapsRecord(long now, SimulatedNode target, int from, int payload)
    {
        if (Conditions.Replay <= 0 || target.Chance.NextDouble() >= Conditions.Replay)
            return;
        target.Shard.Payloads.Share(payload);
        target.Shard.Push(target, now + 1 + target.Chance.Next(Conditions.ReplayWithin).Ticks, SimulatedEventKind.Replay, target, from, payload);
    }

    private static int[] NewPlaces(uint addresses)
    {
        var places = new int[addresses];
        Array.Fill(places, -1);
        return places;
    }

    // A machine that never was on answers no neighbour's question.
    private bool IsMachineAt(int head, long now)
    {
        for (; head >= 0; head = nodes[head].NextAtAddress)
        {
            if (nodes[head].FirstOnAt <= now)
                return true;
        }
        return false;
    }

    private long Way(SimulatedNode from)
    {
        var way = Conditions.Latency.Ticks + (long)(from.Chance.NextDouble() * Conditions.Jitter.Ticks);
        if (Conditions.Reordering > 0 && from.Chance.NextDouble() < Conditions.Reordering)
            way += from.Chance.Next(Conditions.HeldBack).Ticks;
        return Math.Max(1, way);
    }

    private int HeadAt(NetAddress address) => places.TryFind(address, out var place) ? _byPlace[place] : _elsewhere.GetValueOrDefault(address, -1);

    private void SetHead(NetAddress address, int node)
    {
        if (places.TryFind(address, out var place))
            _byPlace[place] = node;
        else
            _elsewhere[address] = node;
    }
}
