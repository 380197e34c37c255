namespace Crux.Machines.Health;

/// <summary>What the heartbeater has decided about a point.</summary>
public enum VerdictKind
{
    /// <summary>Registered, or back.</summary>
    Up = 1,

    /// <summary>The same point says something else: status, address, labels, key.</summary>
    Changed = 2,

    /// <summary>Left on purpose.</summary>
    Left = 3,

    /// <summary>Its validity ran out, or its process went without a goodbye.</summary>
    Failed = 4,
}
