namespace Crux.Simulator.Anchors;

/// <summary>How an anchor's group begins.</summary>
public enum AnchorStart
{
    /// <summary>One seed alone; after a while all others start, and join through it.</summary>
    ThroughSeed,

    /// <summary>All run, and each knows all: for what failure detection does.</summary>
    Known,
}
