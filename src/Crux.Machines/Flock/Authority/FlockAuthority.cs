namespace Crux.Machines.Flock.Authority;

/// <summary>Whom an order is for, and what its sequence has to be above.</summary>
/// <param name="Bloc">The flock's bloc.</param>
/// <param name="Flock">Its name.</param>
/// <param name="Lineage">Its uuid; 0 where it is not sealed.</param>
/// <param name="HighestSequence">The highest that this node has seen.</param>
/// <param name="OperatorKey">The root key, public half; empty where this node knows none and takes no orders.</param>
public sealed record FlockAuthority(string Bloc, string Flock, UInt128 Lineage, ulong HighestSequence, ReadOnlyMemory<byte> OperatorKey)
{
    /// <summary>Who may give orders beside the root key.</summary>
    public OperatorRoster Roster { get; init; } = OperatorRoster.Empty;

    /// <summary>The orders of further operators that are remembered: what has to be upheld where one of them is one no more.</summary>
    public IReadOnlyList<OperatorOrder> OfOthers { get; init; } = [];
}
