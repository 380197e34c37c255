using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>What has changed since the report before.</summary>
/// <param name="Upserts">New or changed.</param>
/// <param name="Gone">What is there no more, and why.</param>
/// <param name="Sequence">One more than the last.</param>
public sealed record ChangeReport(ImmutableArray<ServiceEntry> Upserts, ImmutableArray<Departure> Gone, ulong Sequence) : ReeveReport;
