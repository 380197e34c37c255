namespace Crux.Machines.Trust;

/// <summary>What is changed of a rule set.</summary>
public enum RuleChangeKind : byte
{
    /// <summary>Never valid.</summary>
    None = 0,

    /// <summary>A rule comes.</summary>
    Add = 1,

    /// <summary>A rule goes.</summary>
    Drop = 2,

    /// <summary>A mode is set, or taken back.</summary>
    SetMode = 3,

    /// <summary>Keys are taken back.</summary>
    BanKeys = 4,

    /// <summary>They may count again.</summary>
    LiftBan = 5,
}
