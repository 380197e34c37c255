namespace Crux.Machines.Flock.Authority;

/// <summary>What an operator may order. A number never changes its meaning; what a node doesn't know it passes on and does not do.</summary>
public enum OrderKind : byte
{
    /// <summary>None: never valid.</summary>
    None = 0,

    /// <summary>Members that a partition holds apart are given up.</summary>
    AcceptLoss = 1,

    /// <summary>The secondary key is replaced.</summary>
    RotateKeys = 2,

    /// <summary>The old secret admits nobody any more.</summary>
    ReplaceSecret = 3,

    /// <summary>Whether the secret suffices to be admitted, or the operator approves each node.</summary>
    Admission = 4,

    /// <summary>A node is let in.</summary>
    Approve = 5,

    /// <summary>A node that asks is not let in.</summary>
    Deny = 6,

    /// <summary>A member is shut out.</summary>
    Revoke = 7,

    /// <summary>A rotation does not wait for a member.</summary>
    Exclude = 8,

    /// <summary>The flock is born: from then on it never mixes with another.</summary>
    Seal = 9,

    /// <summary>One of two sealed flocks is taken into the other.</summary>
    Absorb = 10,

    /// <summary>Who may call whom is changed.</summary>
    Rules = 11,

    /// <summary>Who else may give orders.</summary>
    Operators = 12,

    /// <summary>What an operator had ordered stands, though it is one no more.</summary>
    Uphold = 13,

    /// <summary>Other voters take the place of those that are lost.</summary>
    Refound = 14,
}
