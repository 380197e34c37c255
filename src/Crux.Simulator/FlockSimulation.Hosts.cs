using Crux.Machines;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;
using Crux.Simulator.Engine;
using Crux.Simulator.Network;
using Crux.Simulator.Time;

namespace Crux.Simulator;

/// <content>The hosts: what there is, and what befalls it.</content>
public sealed partial class FlockSimulation
{
    /// <summary>Floods at once.</summary>
    private const int MaxFloods = 64;

    private readonly List<Flood> _floods = [];
    private readonly List<FlockCredentials> _flocks = [];
    private ulong _scattered;

    /// <summary>Adds hosts, all off, at free addresses of the range; returns their indices.</summary>
    public IReadOnlyList<int> AddNodes(int count, FlockCredentials credentials)
    {
        var added = new List<int>();
        while (added.Count < count)
            added.Add(AddNode(FreeAddress(), credentials, _nodes.Count));
        return added;
    }

    /// <summary>Adds hosts of a flock that was sealed long ago, all off: to the world's invariants a flock of its own, whoever else has its credentials.</summary>
    public IReadOnlyList<int> AddSealedNodes(int count, FlockCredentials credentials, INodeSigner operatorKey, UInt128 uuid)
    {
        var birth = PastSealing.Write(uuid, credentials, operatorKey, operatorKey);
        var added = AddNodes(count, credentials);
        _flocks.Add(credentials);
        foreach (var node in added)
        {
            _nodes[node].Flock = _flocks.Count - 1;
            _nodes[node].Disk.Put(DurableKind.Birth, birth);
        }
        return added;
    }

    /// <summary>What a node was sealed as; 0 while it is not, or is off.</summary>
    public UInt128 UuidOf(int node) => _nodes[node].Machine?.Sealing.Uuid ?? 0;

    /// <summary>Adds one host, off, at this address, taken or not; returns its index.</summary>
    /// <param name="keyOf">The node whose key it has; another's than its own (the next index) makes it a copy of that one.</param>
    public int AddNode(NetAddress address, FlockCredentials credentials, int keyOf)
    {
        var index = _nodes.Count;
        var keySeed = keyOf == index ? Mix.Two(_options.Seed, (ulong)index) : _nodes[keyOf].KeySeed;
        // Who hears what arrives at an address is settled within a shard.
        var shard = _wire.SomebodyAt(address)?.Shard ?? _windows.ShardOf(index);
        _nodes.Add(new SimulatedNode(index, address, credentials, Mix.Two(_options.Seed, (ulong)index), keySeed) { Flock = FlockOf(credentials), Shard = shard });
        _wire.Attach(_nodes[index]);
        _digests.Add();
        if (keyOf != index)
        {
            // With its disk: how often that was started tells who was there first.
            _nodes[index].IsCloned = true;
            _nodes[index].Disk.CopyFrom(_nodes[keyOf].Disk);
        }
        return index;
    }

    /// <summary>An address where no host is.</summary>
    public NetAddress FreeAddress()
    {
        while (true)
        {
            var address = _options.ScatteredContacts > 0 ? _options.ScatteredAt(_scattered++) : _options.Range.At((uint)_random.Next((int)_options.AddressCount), Port);
            if (!_wire.IsTaken(address))
                return address;
        }
    }

    /// <summary>The group as a node sees it now; null while it is off.</summary>
    public GroupSnapshot? ViewOf(int node) => _nodes[node].Machine?.Snapshot;

    /// <summary>The same in a few numbers, at no price; null while it is off.</summary>
    public FlockDigest? DigestOf(int node) => _nodes[node].IsOn ? _digests[node] : null;

    /// <summary>What a node's machine counted in this life; null while it is off.</summary>
    public FlockCounters? CountersOf(int node) => _nodes[node].Machine?.Counters;

    /// <summary>Whether a node's process runs: neither off nor halted.</summary>
    public bool IsRunning(int node) => _nodes[node].IsRunning;

    /// <summary>The id that a node keeps over all its lives.</summary>
    public NodeId IdOf(int node) => _nodes[node].Id;

    /// <summary>Where a node is.</summary>
    public NetAddress AddressOf(int node) => _nodes[node].Address;

    /// <summary>The node with this id; -1 where there is none.</summary>
    public int IndexOf(NodeId id) => _nodes.FindIndex(node => node.Id == id);

    /// <summary>Starts a node's process after a while.</summary>
    public void PowerOn(int node, TimeSpan after)
    {
        _nodes[node].FirstOnAt = Math.Min(_nodes[node].FirstOnAt, _now + after.Ticks);
        Schedule(_now + after.Ticks, SimulatedEventKind.PowerOn, node);
    }

    /// <summary>
    /// Starts every node that is off now, each with the records of all others of its flock on its wire, and with its leader: a flock that
    /// grew long ago. What else a member knows and does, it comes to by itself, as after any gossip: the world is at rest a second or
    /// two later.
    /// </summary>
    public void StartSettled()
    {
        _membership.Index();
        var started = _nodes.Where(node => !node.IsOn).ToList();
        foreach (var node in started)
        {
            node.FirstOnAt = Math.Min(node.FirstOnAt, _now);
            At(node).Start(node);
        }
        foreach (var flock in started.GroupBy(node => (node.Flock, node.Wire)))
        {
            var members = new Recollection(flock.Select(node => node.Machine!));
            foreach (var node in flock)
                At(node).Step(node, (machine, now, outbox) => machine.Recall(now, members, outbox));
            FollowOne([.. flock]);
        }
    }

    /// <summary>Kills a node's process: no goodbye, and nothing reaches it any more.</summary>
    public void Crash(int node) => Stop(_nodes[node]);

    /// <summary>Ends a node's process in order, with its goodbyes.</summary>
    public void Leave(int node)
    {
        var leaver = _nodes[node];
        At(leaver).Leave(leaver);
        Stop(leaver);
    }

    /// <summary>Halts a node's process for a while: its socket goes on filling.</summary>
    public void Pause(int node, TimeSpan span)
    {
        _nodes[node].IsPaused = true;
        Links.Touch();
        _nodes[node].DisturbedAt = _now;
        _leaders.Halted(_nodes[node]);
        Schedule(_now + span.Ticks, SimulatedEventKind.Resume, node);
    }

    /// <summary>Cuts one direction: what <paramref name="from"/> send does not reach <paramref name="to"/>.</summary>
    public void Cut(IReadOnlyCollection<int> from, IReadOnlyCollection<int> to)
    {
        Links.Cut(from, to);
        _membership.NetworkDisturbed(_now);
    }

    /// <summary>Mends every cut.</summary>
    public void Heal()
    {
        Links.Heal();
        _membership.NetworkDisturbed(_now);
    }

    /// <summary>Puts nodes on a wire of their own, where they hear nobody on other wires; all begin on wire 0.</summary>
    public void PutOnWire(IEnumerable<int> nodes, int wire)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        foreach (var node in nodes)
            _nodes[node].Wire = wire;
        Links.Touch();
        _membership.NetworkDisturbed(_now);
    }

    /// <summary>A node's own loss, on top of the network's: of what it receives, and of what it sends.</summary>
    public void SetLoss(int node, double inbound, double outbound)
    {
        (_nodes[node].LossIn, _nodes[node].LossOut) = (inbound, outbound);
        _nodes[node].DisturbedAt = _now;
        Links.Touch();
    }

    /// <summary>Whether a node goes deaf again and again: nobody is blamed for keeping it out.</summary>
    internal void SetFlipFlop(int node, bool flips)
    {
        _nodes[node].FlipFlops = flips;
        _nodes[node].DisturbedAt = _now;
        Links.Touch();
    }

    /// <summary>How fast a node's clock runs from now on, in parts per million above true time.</summary>
    public void SetClockRate(int node, int ppm)
    {
        _nodes[node].Clock.SetRate(_now, ppm);
        if (_nodes[node].IsRunning)
        {
            _nodes[node].ScheduledAt = long.MaxValue;
            At(_nodes[node]).TickWhileDue(_nodes[node]);
        }
    }

    /// <summary>Gives a host that is off another address; whoever is there already keeps it too.</summary>
    public void Move(int node, NetAddress address)
    {
        if (_nodes[node].IsOn)
            throw new InvalidOperationException($"{_nodes[node].Name} runs: stop it before it moves.");
        _wire.Detach(_nodes[node]);
        _nodes[node].Address = address;
        if (_wire.SomebodyAt(address) is { } resident && resident.Shard != _nodes[node].Shard)
            Windows.Regroup(_nodes[node], resident.Shard);
        _wire.Attach(_nodes[node]);
        _membership.Moved(_nodes[node]);
    }

    /// <summary>Has a stranger send so many datagrams a second to a node.</summary>
    /// <param name="forges">Whether they look right up to the tag (version, form, flock tag), under salts of nobody; else every byte is random.</param>
    public void StartFlood(int node, double perSecond, TimeSpan span, int bytes, bool forges)
    {
        if (_floods.Count == MaxFloods)
            throw new InvalidOperationException($"More than {MaxFloods} floods.");
        _floods.Add(new Flood((long)(TimeSpan.TicksPerSecond / perSecond), _now + span.Ticks, bytes, forges));
        Schedule(_now + 1, SimulatedEventKind.Garbage, node, _floods.Count - 1);
    }

    // The one that goes before all others claims to lead in its first step; a flock that grew long ago follows it already.
    private void FollowOne(List<SimulatedNode> flock)
    {
        flock.ForEach(node => At(node).TickWhileDue(node));
        if (flock.Find(node => _digests[node.Index].Leader == node.Id) is not { } leader)
            return;
        foreach (var node in flock)
        {
            if (node == leader)
                continue;
            At(node).Step(node, (machine, now, outbox) => machine.RecallLeader(now, leader.Machine!, outbox));
            At(node).TickWhileDue(node);
        }
    }

    // A node's shard, for something that is done from outside, between windows.
    private Shard At(SimulatedNode node)
    {
        node.Shard.EnterFromOutside(_now);
        return node.Shard;
    }

    private void Schedule(long at, SimulatedEventKind kind, int node, int payload = -1) =>
        _nodes[node].Shard.Put(new SimulatedEvent(at, SimulatedEvent.OrderOf(-1, _thoughts++), node, -1, payload, kind));

    private int FlockOf(FlockCredentials credentials)
    {
        var known = _flocks.FindIndex(it => ReferenceEquals(it, credentials)
            || (it.Name == credentials.Name && it.Bloc == credentials.Bloc && it.Secret.Span.SequenceEqual(credentials.Secret.Span)));
        if (known >= 0)
            return known;
        _flocks.Add(credentials);
        return _flocks.Count - 1;
    }

    private void Stop(SimulatedNode node)
    {
        node.Stop();
        Links.Touch();
        node.DisturbedAt = _now;
        _leaders.Stopped(node);
        while (node.Backlog.TryDequeue(out var waiting))
            node.Shard.Payloads.Release(waiting.Payload);
    }
}
