namespace Crux.Simulator.Invariants;

/// <summary>How far a connected part is from one view.</summary>
/// <param name="Full">Nodes that see as many members as there are.</param>
/// <param name="IsIdentical">Whether all views are full and the same.</param>
/// <param name="Leader">The one whom all follow; null where they don't.</param>
/// <param name="IsFenced">Whether that one is fenced: all follow it in one term, and it holds its lease.</param>
internal readonly record struct Standing(int Full, bool IsIdentical, NodeId? Leader, bool IsFenced);
