namespace Crux.Simulator.Scenarios;

/// <summary>How a step's nodes are chosen. Chance is the seed's.</summary>
public enum NodePickKind
{
    /// <summary>So many running nodes by chance; never the leader.</summary>
    Some,

    /// <summary>So many of a hundred running nodes, by chance; never the leader.</summary>
    Percent,

    /// <summary>The node that the first running node follows.</summary>
    Leader,

    /// <summary>Those who vote on the fenced leader, as the first running node has heard.</summary>
    Voters,

    /// <summary>All, running or not.</summary>
    All,

    /// <summary>Those that are off.</summary>
    Down,

    /// <summary>Those that the last step was about which chose any.</summary>
    Same,

    /// <summary>The first so many.</summary>
    First,

    /// <summary>Those of a rack.</summary>
    Rack,

    /// <summary>Those of a flock.</summary>
    Flock,

    /// <summary>The very ones, by number.</summary>
    Numbers,
}
