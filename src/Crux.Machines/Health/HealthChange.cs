namespace Crux.Machines.Health;

/// <summary>From when a service stood otherwise than before.</summary>
/// <param name="AtUnixMs">On the wall clock of the node that led then; for people.</param>
/// <param name="State">How it stood from then on.</param>
/// <param name="Reason">Why, in words; empty where it is up.</param>
public readonly record struct HealthChange(long AtUnixMs, HealthState State, string Reason);
