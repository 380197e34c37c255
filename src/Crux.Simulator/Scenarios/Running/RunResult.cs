using Crux.Simulator.Invariants;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>What one scenario came to under one seed.</summary>
public sealed record RunResult
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Machines at the start.</summary>
    public required int Nodes { get; init; }

    /// <summary>Whether it began with a flock that grew long ago: then nothing is known of its cold start.</summary>
    public bool StartedSettled { get; init; }

    /// <summary>The hash of everything that happened, in order.</summary>
    public required ulong TraceHash { get; init; }

    /// <summary>From the last boot to one identical full view that lasted; null where there was none before the first disturbance.</summary>
    public double? FullViewSeconds { get; init; }

    /// <summary>From the last boot to one leader that all followed and went on following.</summary>
    public double? ProvisionalLeaderSeconds { get; init; }

    /// <summary>From the last boot to a fenced leader known to all.</summary>
    public double? FencedLeaderSeconds { get; init; }

    /// <summary>The times that the timeline asked for.</summary>
    public IReadOnlyList<AwaitedTime> Awaited { get; init; } = [];

    /// <summary>Different views each node went through, looked at every 10 ms.</summary>
    public Spread ViewsPerNode { get; init; } = Spread.None;

    /// <summary>Most views that any node went through after the first disturbance.</summary>
    public int ViewChanges { get; init; }

    /// <summary>Sizes that nodes reported as settled.</summary>
    public IReadOnlyList<int> SettledSizes { get; init; } = [];

    /// <summary>How often all followed another leader than before.</summary>
    public int LeaderChanges { get; init; }

    /// <summary>Evictions of nodes that were gone, sick or cut off: reports of all nodes together.</summary>
    public int EvictionsTrue { get; init; }

    /// <summary>Evictions of healthy nodes.</summary>
    public int EvictionsFalse { get; init; }

    /// <summary>How the flock's keys turned, and what was tried against them.</summary>
    public KeyFigures Keys { get; init; } = KeyFigures.None;

    /// <summary>What nodes sent until the first rest.</summary>
    public TrafficFigures? ColdStart { get; init; }

    /// <summary>What nodes sent a second at rest.</summary>
    public TrafficFigures? Steady { get; init; }

    /// <summary>The most bytes that a node sent within a second, UDP payload.</summary>
    public Spread PeakBytesPerSecond { get; init; } = Spread.None;

    /// <summary>Events of the simulation.</summary>
    public long Events { get; init; }

    /// <summary>Virtual time.</summary>
    public double VirtualSeconds { get; init; }

    /// <summary>Real time.</summary>
    public double WallSeconds { get; init; }

    /// <summary>Invariants that did not hold.</summary>
    public IReadOnlyList<Breach> Violations { get; init; } = [];

    /// <summary>What the file expected and did not get, in words.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>What happened, in words.</summary>
    public IReadOnlyList<TimelineEntry> Timeline { get; init; } = [];

    /// <summary>Convergence over time.</summary>
    public IReadOnlyList<ConvergencePoint> Convergence { get; init; } = [];

    /// <summary>Whether the invariants held and the file got what it expected.</summary>
    public bool Ok => Violations.Count == 0 && Failures.Count == 0;
}
