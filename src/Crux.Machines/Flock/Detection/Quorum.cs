namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Whether this side of a partition may give the other one up. For now by count: more than half of the view. Once there are voters,
/// theirs is the majority that counts, and this is where to ask them.
/// </summary>
internal sealed class Quorum(FlockState state)
{
    public bool IsHere => state.View.ReachableCount * 2 > state.View.LiveCount;
}
