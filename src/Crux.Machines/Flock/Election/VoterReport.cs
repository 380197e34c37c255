namespace Crux.Machines.Flock.Election;

/// <summary>One who votes, as a node sees it.</summary>
/// <param name="Id">Who.</param>
/// <param name="Name">Its name, or the beginning of its id where that was never heard.</param>
/// <param name="Address">Where it was.</param>
/// <param name="Presence">Whether it is there.</param>
public sealed record VoterReport(NodeId Id, string Name, NetAddress Address, VoterPresence Presence);
