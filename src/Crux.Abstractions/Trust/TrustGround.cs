namespace Crux;

/// <summary>What the rules say of a call.</summary>
public enum TrustGround : byte
{
    /// <summary>Nothing: the mode decides.</summary>
    NoRule = 0,

    /// <summary>A rule allows it, and none denies it.</summary>
    Allowed = 1,

    /// <summary>A rule denies it.</summary>
    Denied = 2,
}
