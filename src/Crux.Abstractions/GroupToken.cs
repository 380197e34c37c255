namespace Crux;

/// <summary>
/// Orders what leaders say: later leaders have higher terms. A receiver refuses a token lower than the highest it has seen
/// of the same lineage.
/// </summary>
/// <param name="Lineage">The history that the term belongs to; 0 while only a provisional leader exists.</param>
/// <param name="Term">Grows with every change of leader.</param>
/// <param name="Sequence">Grows within a term with what is written to a log; 0 while a group has none. What a steward pushes is ordered by its stream and revision.</param>
public readonly record struct GroupToken(ulong Lineage, ulong Term, ulong Sequence);
