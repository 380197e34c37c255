namespace Crux.Simulator.Network;

/// <summary>
/// Loss that comes in bursts (Gilbert–Elliott, in continuous time): a link, or all that reaches a node, is good for a while and bad for a
/// while. Spans are exponential about their means, within the limits given.
/// </summary>
/// <param name="Good">Mean span of good times.</param>
/// <param name="Bad">Mean span of bad times.</param>
public sealed record BurstLoss(TimeSpan Good, TimeSpan Bad)
{
    /// <summary>The part of datagrams lost in good times, 0 to 1.</summary>
    public double LossInGood { get; init; }

    /// <summary>The part of datagrams lost in bad times, 0 to 1.</summary>
    public double LossInBad { get; init; } = 1;

    /// <summary>No good time is shorter.</summary>
    public TimeSpan LeastGood { get; init; }

    /// <summary>No bad time is longer.</summary>
    public TimeSpan LongestBad { get; init; } = TimeSpan.MaxValue;

    /// <summary>Whether each pair of nodes has weather of its own; else each node has one for all that reaches it.</summary>
    public bool PerLink { get; init; }
}
