using System.Collections.Immutable;

namespace Crux.Machines.Health;

/// <summary>One line of a health report.</summary>
public sealed record HealthLine
{
    /// <summary>What it is about.</summary>
    public required HealthLevel Level { get; init; }

    /// <summary>The instance, api, node or group.</summary>
    public required string Name { get; init; }

    /// <summary>The node's name, where the line is about one place.</summary>
    public string Node { get; init; } = "";

    /// <summary>How it stands now; of many the best that one of them does.</summary>
    public HealthState State { get; init; }

    /// <summary>Why, in words; empty where it is up or the line is about many.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How many are up now.</summary>
    public int Up { get; init; }

    /// <summary>How many there are, those that left on purpose left aside.</summary>
    public int Expected { get; init; }

    /// <summary>The window's time by state, summed over all that the line is about.</summary>
    public HealthTally Tally { get; init; }

    /// <summary>How often anything changed.</summary>
    public int ChangeCount { get; init; }

    /// <summary>The window in signs: up '=', draining '~', down 'x', down and up '/', unknown '?', left '-', not on record ' '.</summary>
    public string Timeline { get; init; } = "";

    /// <summary>The changes in the window and the one before it, where the line is about one place.</summary>
    public ImmutableArray<HealthChange> Changes { get; init; } = [];
}
