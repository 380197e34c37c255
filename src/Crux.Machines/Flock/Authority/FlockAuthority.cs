namespace Crux.Machines.Flock.Authority;

/// <summary>Whom an order is for, and what its sequence has to be above.</summary>
/// <param name="Bloc">The flock's bloc.</param>
/// <param name="Flock">Its name.</param>
/// <param name="Lineage">Its uuid; 0 where it is not sealed.</param>
/// <param name="HighestSequence">The highest that this node has seen.</param>
/// <param name="OperatorKey">The public key that orders are checked against; empty where this node knows none and takes no orders.</param>
public sealed record FlockAuthority(string Bloc, string Flock, UInt128 Lineage, ulong HighestSequence, ReadOnlyMemory<byte> OperatorKey);
