using System.ComponentModel.DataAnnotations;

namespace Crux.Machines.Registry;

/// <summary>How a reeve keeps its cache.</summary>
public sealed record ReeveOptions
{
    /// <summary>How long a selector that was asked for once stays followed. Default 60 s; from 1 s to 1 h.</summary>
    [TimeSpanRange("00:00:01", "01:00:00")]
    public TimeSpan KeepAsked { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two digests to the steward at rest. Default 10 s; from 100 ms to 10 min.</summary>
    [TimeSpanRange("00:00:00.100", "00:10:00")]
    public TimeSpan DigestPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The first pause before the steward is asked again for what it left out and this node did not dare to forget; doubled with
    /// each. Default 500 ms; from 10 ms to 1 min.
    /// </summary>
    [TimeSpanRange("00:00:00.010", "00:01:00")]
    public TimeSpan RefreshPause { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest such pause. Default 15 s; from 100 ms to 10 min.</summary>
    [TimeSpanRange("00:00:00.100", "00:10:00")]
    public TimeSpan MaxRefreshPause { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a first question waits for the steward before the cache answers alone. Default 1 s; from 0 to 1 min.</summary>
    [TimeSpanRange("00:00:00", "00:01:00")]
    public TimeSpan FirstAnswerWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The first pause before another try to reach the steward; doubled with each, and jittered. Default 50 ms; from 1 ms to 10 s.</summary>
    [TimeSpanRange("00:00:00.001", "00:00:10")]
    public TimeSpan ReconnectBackoff { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest such pause. Default 2 s; from 10 ms to 1 min.</summary>
    [TimeSpanRange("00:00:00.010", "00:01:00")]
    public TimeSpan MaxReconnectBackoff { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most selectors followed at once. Default 4,096; from 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxSelectors { get; set; } = 4_096;

    /// <summary>The most entries in the cache before those of other nodes are left out. Default 1,000,000, as a steward holds; from 1 to 10,000,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxCachedEntries { get; set; } = 1_000_000;

    /// <summary>The most watches open at once on this node. Default 4,096; from 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxWatches { get; set; } = 4_096;
}
