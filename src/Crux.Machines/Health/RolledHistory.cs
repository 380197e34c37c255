namespace Crux.Machines.Health;

/// <summary>What is left of changes that a history had no room for: how long it stood how, and how often that changed.</summary>
/// <param name="FromUnixMs">Where it begins.</param>
/// <param name="UntilUnixMs">Where the changes begin that are still there.</param>
/// <param name="Tally">For how long in which state.</param>
/// <param name="Changes">How many changes it stands for.</param>
public sealed record RolledHistory(long FromUnixMs, long UntilUnixMs, HealthTally Tally, int Changes);
