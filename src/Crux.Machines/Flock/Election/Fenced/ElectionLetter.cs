namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>A message and who is to get it.</summary>
internal readonly record struct ElectionLetter(Voter To, ElectionMessage Message);
