using System.ComponentModel.DataAnnotations;

namespace Crux.Machines.Health;

/// <summary>How a heartbeater judges.</summary>
public sealed record HealthOptions
{
    /// <summary>The shortest validity that a beat may ask for; less is read as this.</summary>
    public static readonly TimeSpan ShortestValidity = TimeSpan.FromSeconds(1);

    /// <summary>The longest validity that a beat may ask for; more is read as this.</summary>
    public static readonly TimeSpan LongestValidity = TimeSpan.FromMinutes(10);

    /// <summary>How long a beat holds that doesn't say. Default 15 s, three default periods; from 1 s to 10 min.</summary>
    [TimeSpanRange("00:00:01", "00:10:00")]
    public TimeSpan DefaultValidity { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a process whose stream ended without a goodbye may take to come back: <c>fulcrum</c> or the process reconnects.
    /// Never beyond what is left of a point's validity. Default 1 s; from 0 to 1 min.
    /// </summary>
    [TimeSpanRange("00:00:00", "00:01:00")]
    public TimeSpan ReconnectGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most points on this node. Default 10,000; from 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxPoints { get; set; } = 10_000;

    /// <summary>The most points of one process. Default 1,000; from 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxPointsPerProcess { get; set; } = 1_000;

    /// <summary>The most processes that beat at once. Default 4,096; from 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxProcesses { get; set; } = 4_096;
}
