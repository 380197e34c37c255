namespace Crux;

/// <summary>What happens to calls of a service that no rule speaks of.</summary>
public enum TrustMode : byte
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>They pass, and are noted, so that rules can be proposed from them.</summary>
    Learn = 1,

    /// <summary>They pass, and each kind of them is a warning.</summary>
    Warn = 2,

    /// <summary>They are refused.</summary>
    Strict = 3,
}
