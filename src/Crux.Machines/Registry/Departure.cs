namespace Crux.Machines.Registry;

/// <summary>What a reeve reports of a point that is gone.</summary>
/// <param name="InstanceId">Which.</param>
/// <param name="Kind">Left on purpose, or failed.</param>
/// <param name="Reason">Why, in words.</param>
public readonly record struct Departure(string InstanceId, DepartureKind Kind, string Reason);
