namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>One who votes, and where it was last seen. The address is a hint: who it is, is the id.</summary>
internal readonly record struct Voter(NodeId Id, NetAddress Address);
