using Crux.Machines.Flock.Keys;

namespace Crux.Simulator.Invariants;

/// <summary>
/// What never may happen to fenced leaders, looked at after every step of every node: two of one term, two leases of one lineage at
/// once, a node that follows a lower term than it did.
/// </summary>
internal sealed class LeaderInvariants
{
    private readonly Dictionary<(UInt128 Lineage, ulong Term), NodeId> _elected = [];
    private readonly List<SimulatedNode> _holders = [];

    /// <summary>Test hook: changes whom a node is said to follow.</summary>
    public Func<int, Fence?, Fence?>? Falsifies { get; set; }

    /// <summary>What is wrong with whom a node follows now; null where nothing is.</summary>
    public (Invariant Invariant, string What)? Breach(SimulatedNode node)
    {
        var now = node.Machine?.Fence;
        if (Falsifies is { } falsify)
            now = falsify(node.Index, now);
        if (now == node.Fence)
            return null;
        node.Fence = now;
        if (now is not { } fence)
        {
            _holders.Remove(node);
            return null;
        }
        return BreachOfTerm(node, fence) ?? BreachOfLease(node, fence);
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
        _holders.Remove(node);
        if (!fence.IsMine)
            return null;
        // Whoever stands still acts on nothing, and looks at its lease before it does again.
        var other = _holders.Find(it => it.IsRunning && it.Fence is { IsMine: true } held && held.Lineage == fence.Lineage);
        _holders.RemoveAll(it => !it.IsOn);
        _holders.Add(node);
        return other is null ? null : (Invariant.OneLease, $"{node.Name} leads with a lease in term {fence.Term} while {other.Name} does in term {other.Fence!.Value.Term}.");
    }
}
