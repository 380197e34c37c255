namespace Crux.Node.Bootstrap;

/// <summary>Where a step of the start-up stands.</summary>
public enum BootPhase
{
    /// <summary>What it comes after is not there yet.</summary>
    Pending,

    /// <summary>Its start is running.</summary>
    Starting,

    /// <summary>It has started, and a condition that it can't bring about itself does not hold yet.</summary>
    Waiting,

    /// <summary>It is there.</summary>
    Done,

    /// <summary>It can't be there; the problem says why.</summary>
    Failed,

    /// <summary>Not for this node now, such as steward where another node leads.</summary>
    Idle,
}
