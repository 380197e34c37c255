namespace Crux;

/// <summary>What a rule does to the calls that it speaks of.</summary>
public enum TrustEffect : byte
{
    /// <summary>Never valid.</summary>
    None = 0,

    /// <summary>They may be made.</summary>
    Allow = 1,

    /// <summary>They may not be made, whatever else allows them, in every mode.</summary>
    Deny = 2,
}
