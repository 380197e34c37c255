namespace Crux.Machines.Flock.Keys;

/// <summary>A node that asks to be admitted.</summary>
/// <param name="Id">Who; proved.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Address">Where.</param>
/// <param name="Since">When it first asked.</param>
/// <param name="AskedAt">When it last asked.</param>
public sealed record PendingNode(NodeId Id, string Name, NetAddress Address, Instant Since, Instant AskedAt);
