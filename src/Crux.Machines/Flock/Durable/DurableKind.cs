namespace Crux.Machines.Flock.Durable;

/// <summary>What a node's flock machine keeps on disk: one small state of each kind, always written whole.</summary>
public enum DurableKind : byte
{
    /// <summary>The election's term, vote and lineage, and the voters it knows.</summary>
    Vote = 1,

    /// <summary>The flock's keys.</summary>
    Keys = 2,

    /// <summary>The signed record of the flock's birth.</summary>
    Birth = 3,

    /// <summary>What the operator ordered.</summary>
    Orders = 4,

    /// <summary>The attributes that were set on this node.</summary>
    Attributes = 5,

    /// <summary>How often this node was started.</summary>
    Boots = 6,
}
