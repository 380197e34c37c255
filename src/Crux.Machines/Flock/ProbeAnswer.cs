using Crux.Machines.Flock.Authority;

namespace Crux.Machines.Flock;

/// <summary>What came back from an address that was asked on an operator's behalf.</summary>
/// <param name="IsChallenge">It reads what this node writes: same secret, bloc and name.</param>
/// <param name="Stranger">The flock that its beacon names; null where there is no beacon that this node can read.</param>
public sealed record ProbeAnswer(bool IsChallenge, ForeignSighting? Stranger);
