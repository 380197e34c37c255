namespace Crux.Machines.Flock.Keys;

/// <summary>A node that the operator keeps out.</summary>
/// <param name="Id">Who it is.</param>
/// <param name="Sequence">The order that said so.</param>
/// <param name="IsRevoked">Whether it was revoked; else it was only denied.</param>
public sealed record ShutOutNode(NodeId Id, ulong Sequence, bool IsRevoked);
