namespace Crux.Simulator.Anchors;

/// <summary>One experiment with a model of what others run.</summary>
public sealed record AnchorOptions
{
    /// <summary>More nodes than this are not modelled: each holds a table of all.</summary>
    public const int MaxNodes = 5_000;

    /// <summary>Gives the history: the same seed, the same events.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How many nodes. From 2 to <see cref="MaxNodes"/>.</summary>
    public required int Nodes { get; init; }

    /// <summary>The protocol's constants. Default: memberlist's LAN profile.</summary>
    public AnchorProtocol Protocol { get; init; } = AnchorProtocol.Memberlist;

    /// <summary>The network. UDP meets all of it; TCP is slowed by its loss.</summary>
    public NetworkConditions Network { get; init; } = new();

    /// <summary>How the group begins. Default: through a seed.</summary>
    public AnchorStart Start { get; init; } = AnchorStart.ThroughSeed;

    /// <summary>How long the seed is alone. Default 10 s, as in the Rapid paper.</summary>
    public TimeSpan SeedAlone { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Over which time the others start, evenly. Default 5 s, as in our own figures; the Rapid paper does not say.</summary>
    public TimeSpan Spread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it goes on at most; a start through a seed ends at the full view. Default 5 min.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many nodes crash, at once. Default none.</summary>
    public int Crashes { get; init; }

    /// <summary>When they do.</summary>
    public TimeSpan CrashAt { get; init; } = TimeSpan.FromSeconds(10);
}
