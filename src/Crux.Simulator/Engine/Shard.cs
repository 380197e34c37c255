using Crux.Machines.Flock;
using Crux.Machines.Flock.Membership;
using Crux.Simulator.Invariants;
using Crux.Simulator.Time;

namespace Crux.Simulator.Engine;

/// <summary>
/// A part of a world's nodes, and what is to happen to them. Within a window shards know nothing of each other: whatever a node does to
/// another takes the network's least latency at least, and so lies beyond the window's end. So shards may run at once, in any order, on
/// any number of threads, and the history is the same.
/// </summary>
/// <remarks>One thread at a time. Nodes that share an address are in one shard.</remarks>
internal sealed partial class Shard
{
    /// <summary>Shards of every world: more than processors, lest one with much to do keeps the others waiting.</summary>
    public const int Count = 16;

    private readonly FlockSimulation _world;
    private readonly List<SimulatedNode> _nodes;
    private readonly EventHeap _heap = new();
    private readonly FlockOutbox _outbox = new();
    private readonly List<SimulatedEvent> _abroad = [];
    private ulong _order;
    private int _steps;

    public Shard(FlockSimulation world, List<SimulatedNode> nodes, PayloadStore store)
    {
        (_world, _nodes) = (world, nodes);
        Payloads = new PayloadPool(store);
    }

    public PayloadPool Payloads { get; }

    /// <summary>The time of what happens now, in this shard.</summary>
    public long Now { get; set; }

    /// <summary>Whether other shards run at the same time.</summary>
    public bool IsAmongOthers { get; set; }

    /// <summary>What is to be told when the window is over.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>Why it can't go on.</summary>
    public SimulationException? Stopped { get; private set; }

    public (long At, ulong Order) StoppedAt => (Now, _order);

    /// <summary>Events for other shards, to be handed over when the window is over.</summary>
    public List<SimulatedEvent> Abroad => _abroad;

    public long Events { get; private set; }

    public long Sent { get; private set; }

    public long SentBytes { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Datagrams that came to a node which had accepted them before, in this life.</summary>
    public long Replays { get; private set; }

    public long ReplaysAccepted { get; private set; }

    public int Waiting => _heap.Count;

    /// <summary>When the next event happens; the end of time where none waits.</summary>
    public long NextAt => _heap.NextAt;

    /// <summary>The last round in which a thread took this shard on.</summary>
    public int Round;

    /// <summary>Lets happen what happens before a time.</summary>
    public void Run(long end)
    {
        while (_heap.NextAt < end)
        {
            var happening = _heap.Pop();
            (Now, _order, _steps) = (happening.At, happening.Order, 0);
            Events++;
            var node = _nodes[happening.Node];
            node.Trace.Add((ulong)Now);
            node.Trace.Add(((ulong)(uint)happening.From << 8) | (byte)happening.Kind);
            try
            {
                LookAtLeader(Happen(node, happening));
            }
            catch (Exception error)
            {
                // It is thrown where the world is run, when all that came before has been told.
                Stopped = error as SimulationException ?? Failure($"{node.Name} threw at its {happening.Kind}: {error.Message}", error);
                return;
            }
        }
    }

    /// <summary>What comes now is done from outside, between windows.</summary>
    public void EnterFromOutside(long now) => (Now, _order) = (now, 0);

    public void Put(in SimulatedEvent added) => _heap.Push(added);

    /// <summary>Takes out all that is to happen, to be put elsewhere.</summary>
    public List<SimulatedEvent> TakeAll()
    {
        var all = new List<SimulatedEvent>();
        while (_heap.Count > 0)
            all.Add(_heap.Pop());
        return all;
    }

    /// <summary>Has something happen that this node thought of, to itself or to another.</summary>
    public void Push(SimulatedNode source, long at, SimulatedEventKind kind, SimulatedNode target, int from = -1, int payload = -1)
    {
        var added = new SimulatedEvent(at, SimulatedEvent.OrderOf(source.Index, source.Thoughts++), target.Index, from, payload, kind);
        if (target.Shard == this)
            _heap.Push(added);
        else if (IsAmongOthers)
            _abroad.Add(added);
        else
            target.Shard.Put(added);
    }

    public void CountSent(int bytes)
    {
        Sent++;
        SentBytes += bytes;
    }

    public void CountLost() => Lost++;

    /// <summary>To be told, in the order of the history.</summary>
    public void Find(Action tell) => Findings.Add(new Finding(Now, _order, _steps++, tell));

    private void Broken(Invariant invariant, string what) => Find(() => _world.Broken(invariant, what));

    private SimulationException Failure(string what, Exception? inner = null) => _world.Failure(Now, what, inner);

    private void LookAtLeader(SimulatedNode node)
    {
        var fence = node.Machine?.Fence;
        if (_world.Leaders.Falsifies is { } falsify)
            fence = falsify(node.Index, fence);
        if (fence == node.Fence)
            return;
        node.Fence = fence;
        Follows(node, fence);
    }

    // Of its own, as Evicted below: this is looked at after every event.
    private void Follows(SimulatedNode node, Machines.Flock.Keys.Fence? fence) => Find(() => _world.Tell(_world.Leaders.Breach(node, fence)));

    private void Changed(SimulatedNode node, LifeChange change)
    {
        if (_world.FalsifiesLives is { } falsify)
            change = falsify(node.Index, change);
        var membership = _world.Membership;
        if (membership.Breach(node, change) is var (invariant, what))
            Broken(invariant, what);
        else if (MembershipInvariants.IsEviction(change))
            Evicted(node, change, Now);
    }

    // Of its own, for what a closure captures is allocated where its method begins, and most changes are no evictions.
    private void Evicted(SimulatedNode node, LifeChange change, long at) => Find(() => _world.Tell(_world.Membership.BreachOfEvicting(node, change, at)));
}
