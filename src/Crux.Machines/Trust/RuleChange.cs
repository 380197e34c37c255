namespace Crux.Machines.Trust;

/// <summary>One change of a rule set.</summary>
/// <param name="Kind">What is changed.</param>
/// <param name="Rule">The rule that comes or goes; null for a mode.</param>
/// <param name="Target">Whose mode.</param>
/// <param name="Mode">Which; <see cref="TrustMode.None"/> takes it back.</param>
public sealed record RuleChange(RuleChangeKind Kind, TrustRule? Rule, TrustParty Target, TrustMode Mode)
{
    /// <summary>Whose keys are taken back, or may count again; null for rules and modes.</summary>
    public KeyBan? Ban { get; init; }

    /// <summary>Whether it takes keys back, or gives them back.</summary>
    public bool IsAboutKeys => Kind is RuleChangeKind.BanKeys or RuleChangeKind.LiftBan;

    /// <summary>A rule comes.</summary>
    public static RuleChange Add(TrustRule rule) => new(RuleChangeKind.Add, rule, default, TrustMode.None);

    /// <summary>A rule goes.</summary>
    public static RuleChange Drop(TrustRule rule) => new(RuleChangeKind.Drop, rule, default, TrustMode.None);

    /// <summary>A mode is set, or taken back.</summary>
    public static RuleChange SetMode(TrustParty target, TrustMode mode) => new(RuleChangeKind.SetMode, null, target, mode);

    /// <summary>Keys are taken back; the set that comes of it says since when.</summary>
    public static RuleChange BanKeys(KeyBan ban) => new(RuleChangeKind.BanKeys, null, default, TrustMode.None) { Ban = ban };

    /// <summary>They may count again.</summary>
    public static RuleChange LiftBan(KeyBan ban) => new(RuleChangeKind.LiftBan, null, default, TrustMode.None) { Ban = ban };

    /// <summary>For people: <c>+ allow demo/web demo/galumph2</c>.</summary>
    public override string ToString() => Kind switch
    {
        RuleChangeKind.Add => $"+ {Rule}",
        RuleChangeKind.Drop => $"- {Rule}",
        RuleChangeKind.BanKeys => $"revoke {Ban}",
        RuleChangeKind.LiftBan => $"restore {Ban}",
        _ => $"mode {Target} {(Mode == TrustMode.None ? "unset" : Mode.ToString().ToLowerInvariant())}",
    };
}
