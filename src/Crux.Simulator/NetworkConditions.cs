using Crux.Simulator.Network;

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

    /// <summary>Loss in bursts, on top; null: none.</summary>
    public BurstLoss? Burst { get; init; }

    /// <summary>The part of datagrams that arrive twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>The part of datagrams that are held back and overtaken by later ones, 0 to 1.</summary>
    public double Reordering { get; init; }

    /// <summary>How long a datagram is held back at most. Default 50 ms.</summary>
    public TimeSpan HeldBack { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The part of accepted datagrams that somebody recorded and sends to the same node once more, 0 to 1.</summary>
    public double Replay { get; init; }

    /// <summary>How long a recorded datagram is kept at most before it is sent again. Default 60 s.</summary>
    public TimeSpan ReplayWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What a node sends, and what it receives, at most in a second, headers included; 0: no limit. A quarter of a second's worth queues.</summary>
    public long BandwidthBytesPerSecond { get; init; }

    /// <summary>What a node's process needs for each datagram; zero: nothing. Datagrams wait in its socket, and a full one drops them.</summary>
    public TimeSpan Processing { get; init; }

    /// <summary>Probes of addresses where no machine is that a node's kernel holds for 3 s each; 0: no limit.</summary>
    public int UnresolvedProbes { get; init; }
}
