using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Invariants;

/// <summary>
/// What never may happen to fenced leaders, looked at whenever a node follows another than before, in the order of the history: two of
/// one term, two leases of one lineage at once, a node that follows a lower term than it did.
/// </summary>
internal sealed class LeaderInvariants
{
    private readonly Dictionary<(UInt128 Lineage, ulong Term), NodeId> _elected = [];

    // Who holds a lease, as far as the history was told. Whoever stands still acts on nothing, and looks at its lease before it does again.
    private readonly List<(SimulatedNode Node, Fence Fence)> _holders = [];
    private readonly HashSet<int> _halted = [];

    /// <summary>Test hook: changes whom a node is said to follow.</summary>
    public Func<int, Fence?, Fence?>? Falsifies { get; set; }

    /// <summary>A node's process stands still.</summary>
    public void Halted(SimulatedNode node) => _halted.Add(node.Index);

    /// <summary>It runs again.</summary>
    public void Woke(SimulatedNode node) => _halted.Remove(node.Index);

    /// <summary>A node's process is gone.</summary>
    public void Stopped(SimulatedNode node)
    {
        _halted.Remove(node.Index);
        _holders.RemoveAll(it => it.Node == node);
    }

    /// <summary>What is wrong with whom a node follows now; null where nothing is.</summary>
    public (Invariant Invariant, string What)? Breach(SimulatedNode node, Fence? now)
    {
        _holders.RemoveAll(it => it.Node == node);
        return now is { } fence ? BreachOfTerm(node, fence) ?? BreachOfLease(node, fence) : null;
    }

    private (Invariant, string)? BreachOfTerm(SimulatedNode node, Fence fence)
    {
        if (!node.View.Follows(fence.Lineage, fence.Term))
            return (Invariant.TermsRise, $"{node.Name} follows {fence.Leader.Brief} in term {fence.Term}, after a higher one of that lineage.");
        if (_elected.TryAdd((fence.Lineage, fence.Term), fence.Leader) || _elected[(fence.Lineage, fence.Term)] == fence.Leader)
            return null;
        return (Invariant.OneFencedLeader, $"{node.Name} follows {fence.Leader.Brief} in term {fence.Term}, which is {_elected[(fence.Lineage, fence.Term)].Brief}'s.");
    }

    private (Invariant, string)? BreachOfLease(SimulatedNode node, Fence fence)
    {
        if (!fence.IsMine)
            return null;
        var other = _holders.FindIndex(it => it.Fence.Lineage == fence.Lineage && !_halted.Contains(it.Node.Index));
        _holders.Add((node, fence));
        return other < 0 ? null : (Invariant.OneLease, $"{node.Name} leads with a lease in term {fence.Term} while {_holders[other].Node.Name} does in term {_holders[other].Fence.Term}.");
    }
}
