using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>Everything on the node; replaces what the steward had of it.</summary>
/// <param name="Entries">The entries, or a part of them.</param>
/// <param name="Sequence">Of the last change that they hold.</param>
/// <param name="More">Parts follow; only the last one makes the snapshot count.</param>
public sealed record SnapshotReport(ImmutableArray<ServiceEntry> Entries, ulong Sequence, bool More = false) : ReeveReport
{
    /// <summary>Names this life of the reeve. What a former life had registered may run on, and be registered again in a moment.</summary>
    public ulong Life { get; init; }

    /// <summary>For how long this life has lasted.</summary>
    public TimeSpan Age { get; init; }
}
