namespace Crux.Machines.Flock.Keys;

/// <summary>The fenced leader that a node follows, as far as others need to know.</summary>
/// <param name="Lineage">The history in which it was elected.</param>
/// <param name="Term">In which it was elected; one leader each.</param>
/// <param name="Leader">Who.</param>
/// <param name="Address">Where.</param>
/// <param name="IsMine">It is this node, and its lease holds.</param>
public readonly record struct Fence(UInt128 Lineage, ulong Term, NodeId Leader, NetAddress Address, bool IsMine);
