using System.Collections.Immutable;

namespace Crux.Node.Bootstrap;

/// <summary>A step of the start-up at one moment.</summary>
public sealed record StepReport
{
    /// <summary>What people call the step.</summary>
    public required string Name { get; init; }

    /// <summary>The steps that it comes after.</summary>
    public required ImmutableArray<string> After { get; init; }

    /// <summary>Where it stands.</summary>
    public BootPhase Phase { get; init; }

    /// <summary>The condition that it waits for, in words; empty unless pending or waiting.</summary>
    public string WaitsFor { get; init; } = "";

    /// <summary>Why it failed; empty unless failed.</summary>
    public string Problem { get; init; } = "";

    /// <summary>When its start began, on the node's monotonic clock; null while pending.</summary>
    public Instant? Began { get; init; }

    /// <summary>When it was first done or idle; null before.</summary>
    public Instant? Ended { get; init; }
}
