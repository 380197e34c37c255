namespace Crux.Simulator.Scenarios;

/// <summary>What must hold when a scenario has run. The invariants must hold whatever stands here.</summary>
public sealed record Expectations
{
    /// <summary>Whether the world must be at rest at the end. Default true.</summary>
    public bool Rest { get; init; } = true;

    /// <summary>Longest time from the last boot to one identical full view that lasts.</summary>
    public TimeSpan? FullView { get; init; }

    /// <summary>Longest time from the last boot to one provisional leader that lasts.</summary>
    public TimeSpan? ProvisionalLeader { get; init; }

    /// <summary>Longest time from the last boot to a fenced leader that all know.</summary>
    public TimeSpan? FencedLeader { get; init; }

    /// <summary>Most distinct sizes that nodes reported as settled.</summary>
    public int? SettledSizes { get; init; }

    /// <summary>Most changes of the leader that all followed.</summary>
    public int? LeaderChanges { get; init; }

    /// <summary>Most views that any node went through after the first disturbance.</summary>
    public int? ViewChanges { get; init; }

    /// <summary>Most evictions of healthy nodes. Default 0.</summary>
    public int FalseEvictions { get; init; }

    /// <summary>Fewest turns of transient keys.</summary>
    public int? LeastRotations { get; init; }

    /// <summary>Fewest datagrams that came to a node which had accepted them already.</summary>
    public int? LeastReplays { get; init; }

    /// <summary>Most bytes that a node sends until the first rest, without headers, on average over the nodes.</summary>
    public double? ColdBytes { get; init; }

    /// <summary>Most bytes that any node sent within a second of the world's clock, without headers: the worst second of the worst node.</summary>
    public double? PeakBytesPerSecond { get; init; }

    /// <summary>Most datagrams a second that a node sends at rest, on average over the nodes.</summary>
    public double? SteadyDatagramsPerSecond { get; init; }

    /// <summary>Most bytes a second that a node sends at rest, headers of Ethernet, IP and UDP included, on average over the nodes.</summary>
    public double? SteadyBytesPerSecond { get; init; }
}
