namespace Crux.Simulator;

/// <summary>What the network does to datagrams. Every chance is taken anew for each datagram.</summary>
public sealed record NetworkConditions
{
    /// <summary>The shortest way. Default 0.2 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(0.2);

    /// <summary>What comes on top, evenly spread from nothing to this. Default 0.8 ms.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMilliseconds(0.8);

    /// <summary>The part of datagrams lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>The part of datagrams that arrive twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>The part of datagrams that are held back and overtaken by later ones, 0 to 1.</summary>
    public double Reordering { get; init; }

    /// <summary>How long a datagram is held back at most. Default 50 ms.</summary>
    public TimeSpan HeldBack { get; init; } = TimeSpan.FromMilliseconds(50);
}
