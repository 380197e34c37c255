using System.ComponentModel.DataAnnotations;

namespace Crux.Machines.Registry;

/// <summary>How a steward keeps the registry.</summary>
public sealed record StewardOptions
{
    /// <summary>
    /// How long a new steward waits for the reeves of its view before it answers in full without the missing ones.
    /// Default 3 s; from 10 ms to 10 min.
    /// </summary>
    [TimeSpanRange("00:00:00.010", "00:10:00")]
    public TimeSpan RebuildLimit { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How much longer for each member of its view: reeves come one after the other, so that their handshakes don't come at once. Default 1 ms; from 0 to 100 ms.</summary>
    [TimeSpanRange("00:00:00", "00:00:00.100")]
    public TimeSpan RebuildLimitPerMember { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// How long news is gathered before it is told, while the steward is new and all report at once. Default 250 ms; from 10 ms to 10 s.
    /// </summary>
    [TimeSpanRange("00:00:00.010", "00:00:10")]
    public TimeSpan GatherPeriod { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long entries of a node whose reeve was started again are kept without being named by it. Default 5 s; from 0 to 1 min.
    /// </summary>
    [TimeSpanRange("00:00:00", "00:01:00")]
    public TimeSpan RestartGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most entries that the steward holds. Default 1,000,000; from 1 to 10,000,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxEntries { get; set; } = 1_000_000;

    /// <summary>The most entries of one node. Default 20,000; from 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxEntriesPerNode { get; set; } = 20_000;

    /// <summary>The most apis that one reeve may follow. Default 8,192; from 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxApisPerReeve { get; set; } = 8_192;

    /// <summary>How long the reeves of so many members have.</summary>
    internal TimeSpan RebuildTime(int members) => RebuildLimit + (RebuildLimitPerMember * members);
}
