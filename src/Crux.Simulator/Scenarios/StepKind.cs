namespace Crux.Simulator.Scenarios;

/// <summary>What a step of a timeline does. docs/simulator.md describes each.</summary>
public enum StepKind
{
    /// <summary>Lets time pass.</summary>
    Wait,

    /// <summary>Waits for a condition, and takes the time.</summary>
    Await,

    /// <summary>Starts processes.</summary>
    PowerOn,

    /// <summary>Kills processes.</summary>
    Crash,

    /// <summary>Ends processes in order.</summary>
    Leave,

    /// <summary>Halts processes for a while.</summary>
    Pause,

    /// <summary>Cuts nodes off from all others, both ways.</summary>
    Partition,

    /// <summary>What these nodes send does not reach others.</summary>
    OneWay,

    /// <summary>Mends every cut.</summary>
    Heal,

    /// <summary>Gives nodes loss of their own.</summary>
    Loss,

    /// <summary>Nodes that hear nothing for a while, then hear, then not.</summary>
    FlipFlop,

    /// <summary>Changes the rate of clocks.</summary>
    ClockRate,

    /// <summary>Changes the network.</summary>
    Network,

    /// <summary>Nodes die, and other machines come up at their addresses.</summary>
    ReuseAddress,

    /// <summary>Nodes die and come up at other addresses.</summary>
    Move,

    /// <summary>Other machines come up with the keys of these nodes.</summary>
    Clone,

    /// <summary>Other machines come up at the addresses of these nodes, which run on.</summary>
    DuplicateAddress,

    /// <summary>Joins the wires of all flocks.</summary>
    CrossWire,

    /// <summary>A stranger sends garbage to nodes.</summary>
    Flood,

    /// <summary>The operator orders a new generation of the flock's keys.</summary>
    RotateKeys,

    /// <summary>The operator gives lost voters up, and has others vote.</summary>
    Refound,
}
