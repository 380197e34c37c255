namespace Crux.Machines.Trust;

/// <summary>One change of a rule set.</summary>
/// <param name="Kind">What is changed.</param>
/// <param name="Rule">The rule that comes or goes; null for a mode.</param>
/// <param name="Target">Whose mode.</param>
/// <param name="Mode">Which; <see cref="TrustMode.None"/> takes it back.</param>
public sealed record RuleChange(RuleChangeKind Kind, TrustRule? Rule, TrustParty Target, TrustMode Mode)
{
    /// <summary>A rule comes.</summary>
    public static RuleChange Add(TrustRule rule) => new(RuleChangeKind.Add, rule, default, TrustMode.None);

    /// <summary>A rule goes.</summary>
    public static RuleChange Drop(TrustRule rule) => new(RuleChangeKind.Drop, rule, default, TrustMode.None);

    /// <summary>A mode is set, or taken back.</summary>
    public static RuleChange SetMode(TrustParty target, TrustMode mode) => new(RuleChangeKind.SetMode, null, target, mode);

    /// <summary>For people: <c>+ allow demo/web demo/galumph2</c>.</summary>
    public override string ToString() => Kind switch
    {
        RuleChangeKind.Add => $"+ {Rule}",
        RuleChangeKind.Drop => $"- {Rule}",
        _ => $"mode {Target} {(Mode == TrustMode.None ? "unset" : Mode.ToString().ToLowerInvariant())}",
    };
}
