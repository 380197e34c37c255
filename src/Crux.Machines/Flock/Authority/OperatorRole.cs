namespace Crux.Machines.Flock.Authority;

/// <summary>What an operator may do. Each includes those before it.</summary>
public enum OperatorRole : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reads what a node tells.</summary>
    View = 1,

    /// <summary>Runs the flock: who is let in, new keys, losses accepted, log levels, attributes.</summary>
    Operate = 2,

    /// <summary>Says who is trusted: rules, revocations, the flock's secret.</summary>
    Trust = 3,

    /// <summary>Everything, other operators included. The key that the flock file names has it and no other can.</summary>
    Root = 4,
}
