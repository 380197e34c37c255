namespace Crux.Machines.Registry;

/// <summary>One thing that happened in the registry, in the order in which the steward took it in.</summary>
/// <param name="Revision">Of the registry that it led to; several may share one.</param>
/// <param name="Entry">As it is now, or as it was last.</param>
/// <param name="Departure">How it went; null where it is there.</param>
/// <param name="Reason">Why it went, in words; empty where it is there.</param>
public sealed record RegistryNews(ulong Revision, ServiceEntry Entry, DepartureKind? Departure, string Reason);
