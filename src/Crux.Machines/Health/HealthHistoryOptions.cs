using System.ComponentModel.DataAnnotations;

namespace Crux.Machines.Health;

/// <summary>How much of the past a healthminder keeps.</summary>
public sealed record HealthHistoryOptions
{
    /// <summary>How far back it is told. Default 24 h; from 12 h to 14 days.</summary>
    [TimeSpanRange("12:00:00", "14.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The most services, each counted on each of its nodes. Default 250,000; from 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxSubjects { get; set; } = 250_000;

    /// <summary>The most changes kept of one service on one node; older ones are rolled up. Default 128; from 16 to 4,096.</summary>
    [Range(FewestChanges, 4_096)]
    public int MaxChangesEach { get; set; } = 128;

    /// <summary>The most changes in all: beyond it each keeps no more than 16. Default 2,000,000; from 1,000 to 20,000,000.</summary>
    [Range(1_000, 20_000_000)]
    public int MaxChanges { get; set; } = 2_000_000;

    /// <summary>How many changes each service keeps on each node even where there are too many in all.</summary>
    internal const int FewestChanges = 16;
}
