namespace Crux.Simulator.Scenarios;

/// <summary>One step of a scenario's timeline.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Line">Its line in the file.</param>
public sealed record Step(StepKind Kind, int Line)
{
    /// <summary>When, since the start; null: after <see cref="After"/>.</summary>
    public TimeSpan? At { get; init; }

    /// <summary>How long after the step before.</summary>
    public TimeSpan After { get; init; }

    /// <summary>Whom it is about.</summary>
    public NodePick Nodes { get; init; } = NodePick.All;

    /// <summary>How long it lasts; null: until something else ends it.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Over which span it is spread.</summary>
    public TimeSpan Over { get; init; }

    /// <summary>The part of datagrams lost on the way in.</summary>
    public double Inbound { get; init; }

    /// <summary>The part of datagrams lost on the way out.</summary>
    public double Outbound { get; init; }

    /// <summary>Half of one turn of a flip-flop.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>Clock rates are spread evenly over this many parts per million, both ways.</summary>
    public int Ppm { get; init; }

    /// <summary>Datagrams a second of a flood.</summary>
    public double PerSecond { get; init; }

    /// <summary>Bytes of each datagram of a flood.</summary>
    public int Bytes { get; init; }

    /// <summary>Whether a flood's datagrams begin as true ones do.</summary>
    public bool Forged { get; init; }

    /// <summary>What the network becomes.</summary>
    public NetworkConditions? Network { get; init; }

    /// <summary>What is waited for.</summary>
    public Goal Goal { get; init; }

    /// <summary>How long it is waited for.</summary>
    public TimeSpan Within { get; init; }

    /// <summary>What the time is called in the result.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether it is an operator's order, which only a flock takes that has one.</summary>
    public bool IsOrder => Kind is StepKind.RotateKeys or StepKind.Refound;

    /// <summary>Whether it disturbs somebody: measuring of start-up and rest ends at the first that does.</summary>
    public bool Disturbs => Kind is not (StepKind.Wait or StepKind.Await);
}
