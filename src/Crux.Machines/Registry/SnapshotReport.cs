using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>Everything on the node; replaces what the steward had of it.</summary>
/// <param name="Entries">The entries, or a part of them.</param>
/// <param name="Sequence">Of the last change that they hold.</param>
/// <param name="More">Parts follow; only the last one makes the snapshot count.</param>
public sealed record SnapshotReport(ImmutableArray<ServiceEntry> Entries, ulong Sequence, bool More = false) : ReeveReport;
