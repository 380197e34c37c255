using System.Collections.Immutable;

namespace Crux.Machines.Flock.Keys;

/// <summary>The flock's keys as one node sees them, for people.</summary>
public sealed record KeyReport
{
    /// <summary>Nodes shut out that are told of; the audit has the rest.</summary>
    public const int MaxShutOut = 256;

    /// <summary>The generation sealed with; 0 while it is the join key alone.</summary>
    public uint Generation { get; init; }

    /// <summary>The epoch under way in it; a transient key lives 60 s at most.</summary>
    public long Epoch { get; init; }

    /// <summary>Time since the generation was minted, by the flock's time.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>The generation that members fetch now; 0 where none is under way.</summary>
    public uint Next { get; init; }

    /// <summary>Members that hold the next one, as the leader counted them last.</summary>
    public int Holding { get; init; }

    /// <summary>Members that have to.</summary>
    public int Needed { get; init; }

    /// <summary>Some of those that don't yet.</summary>
    public ImmutableArray<NetAddress> Missing { get; init; } = [];

    /// <summary>Whether the operator approves each node.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>Nodes that asked this one to be let in and wait for the operator.</summary>
    public ImmutableArray<PendingNode> Pending { get; init; } = [];

    /// <summary>Nodes that are shut out, the last said first; at most <see cref="MaxShutOut"/>.</summary>
    public ImmutableArray<ShutOutNode> ShutOut { get; init; } = [];

    /// <summary>Why the flock gives this node no keys, and what to do; null where nobody refuses it.</summary>
    public string? Refused { get; init; }
}
