namespace Crux.Machines.Flock.Keys;

/// <summary>What a node that asks is told.</summary>
internal enum Admittance : byte
{
    /// <summary>Here is the key.</summary>
    Admitted = 0,

    /// <summary>The operator has to approve it first.</summary>
    Pending = 1,

    /// <summary>The operator shut it out.</summary>
    Revoked = 2,
}
