using Crux.Machines;
using Crux.Simulator.Time;

namespace Crux.Simulator.Network;

/// <summary>Takes datagrams from nodes and has them arrive, or not: addresses, cuts, loss, speed and latency.</summary>
internal sealed class Wire(SeededRandom random, EventHeap heap, PayloadPool payloads, List<SimulatedNode> nodes, uint firstAddress, uint addresses)
{
    /// <summary>Weathers of single links that are remembered; beyond it a link shares one with others.</summary>
    private const int MaxLinks = 1 << 20;

    // By place in the range: a look-up for every datagram of ten thousand nodes is worth an array. The last node added to an address is its head.
    private readonly int[] _byPlace = NewPlaces(addresses);
    private readonly Dictionary<NetAddress, int> _elsewhere = [];
    private readonly Dictionary<ulong, BurstState> _links = [];

    public NetworkConditions Conditions { get; set; } = new();

    public Connectivity Links { get; } = new();

    public long Sent { get; private set; }

    public long SentBytes { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Test hook: datagrams that vanish without the checkers knowing of any cut.</summary>
    public Func<int, int, bool>? Swallows { get; set; }

    public bool IsTaken(NetAddress address) => HeadAt(address) >= 0;

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

    public void CountLost() => Lost++;

    public void Send(long now, SimulatedNode from, NetAddress to, Reach reach, ReadOnlySpan<byte> bytes)
    {
        Sent++;
        SentBytes += bytes.Length;
        from.Sent.Add(now, bytes.Length);
        from.LastSentAt = now;
        bytes[..Math.Min(bytes.Length, from.LastFrame.Length)].CopyTo(from.LastFrame);
        var target = Listener(to);
        var isThere = target >= 0 && nodes[target].Boots > 0;
        if ((reach == Reach.Unproven && Conditions.UnresolvedProbes > 0 && !from.Probes.TrySend(now, isThere, Conditions.UnresolvedProbes))
            || target < 0 || Loses(now, from, nodes[target]))
        {
            Lost++;
            return;
        }
        var leaves = now;
        if (Conditions.BandwidthBytesPerSecond > 0)
        {
            var size = bytes.Length + Traffic.HeaderBytes;
            if (from.Uplink.Pass(now, size, Conditions.BandwidthBytesPerSecond) is not { } sent
                || nodes[target].Downlink.Pass(sent, size, Conditions.BandwidthBytesPerSecond) is not { } received)
            {
                Lost++;
                return;
            }
            leaves = received;
        }
        var payload = payloads.Take(bytes);
        heap.Push(leaves + Way(), SimulatedEventKind.Arrival, target, from.Index, payload);
        if (Conditions.Duplication > 0 && random.NextDouble() < Conditions.Duplication)
        {
            payloads.Share(payload);
            heap.Push(leaves + Way(), SimulatedEventKind.Arrival, target, from.Index, payload);
        }
    }

    /// <summary>Whether somebody records this arrival, which was accepted, and has it arrive again later.</summary>
    public void PerhapsRecord(long now, int target, int from, int payload)
    {
        if (Conditions.Replay <= 0 || random.NextDouble() >= Conditions.Replay)
            return;
        payloads.Share(payload);
        heap.Push(now + 1 + random.Next(Conditions.ReplayWithin).Ticks, SimulatedEventKind.Replay, target, from, payload);
    }

    private static int[] NewPlaces(uint addresses)
    {
        var places = new int[addresses];
        Array.Fill(places, -1);
        return places;
    }

    private int Listener(NetAddress to)
    {
        var head = HeadAt(to);
        if (head < 0 || nodes[head].NextAtAddress < 0)
            return head;
        var best = head;
        for (var it = nodes[head].NextAtAddress; it >= 0; it = nodes[it].NextAtAddress)
        {
            if (nodes[it].IsOn != nodes[best].IsOn ? nodes[it].IsOn : nodes[it].LastSentAt > nodes[best].LastSentAt)
                best = it;
        }
        return best;
    }

    private bool Loses(long now, SimulatedNode from, SimulatedNode to)
    {
        if (from.Wire != to.Wire || (Links.IsCut && !Links.Carries(from.Index, to.Index)) || Swallows?.Invoke(from.Index, to.Index) == true)
            return true;
        if (Conditions.Loss > 0 && random.NextDouble() < Conditions.Loss)
            return true;
        if ((from.LossOut > 0 && random.NextDouble() < from.LossOut) || (to.LossIn > 0 && random.NextDouble() < to.LossIn))
            return true;
        if (Conditions.Burst is not { } burst)
            return false;
        if (!burst.PerLink)
            return random.NextDouble() < to.Weather.LossAt(now, burst, random);
        var link = ((ulong)from.Index << 32) | (uint)to.Index;
        if (_links.Count >= MaxLinks && !_links.ContainsKey(link))
            link = Mix.One(link) % MaxLinks;
        ref var weather = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_links, link, out _);
        return random.NextDouble() < weather.LossAt(now, burst, random);
    }

    private long Way()
    {
        var way = Conditions.Latency.Ticks + (long)(random.NextDouble() * Conditions.Jitter.Ticks);
        if (Conditions.Reordering > 0 && random.NextDouble() < Conditions.Reordering)
            way += random.Next(Conditions.HeldBack).Ticks;
        return Math.Max(1, way);
    }

    private bool HasPlace(NetAddress address, out uint place)
    {
        place = address.V4Bits - firstAddress;
        return address.IsV4 && address.Port == FlockSimulation.Port && place < (uint)_byPlace.Length;
    }

    private int HeadAt(NetAddress address) => HasPlace(address, out var place) ? _byPlace[place] : _elsewhere.GetValueOrDefault(address, -1);

    private void SetHead(NetAddress address, int node)
    {
        if (HasPlace(address, out var place))
            _byPlace[place] = node;
        else
            _elsewhere[address] = node;
    }
}
