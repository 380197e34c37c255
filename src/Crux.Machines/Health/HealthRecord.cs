namespace Crux.Machines.Health;

/// <summary>One entry of the healthminder's record. Whoever takes the same records in the same order holds the same history.</summary>
/// <param name="Sequence">One more than the last.</param>
/// <param name="AtUnixMs">On the wall clock of the node that led then.</param>
/// <param name="Subject">The service and its node.</param>
/// <param name="NodeName">What people call the node.</param>
/// <param name="InstanceId">The point; empty where it is about the node.</param>
/// <param name="Kind">What it says.</param>
/// <param name="State">How the point stands, or as what it went.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record HealthRecord(
    ulong Sequence, long AtUnixMs, HealthSubject Subject, string NodeName, string InstanceId, HealthRecordKind Kind, HealthState State, string Reason);
