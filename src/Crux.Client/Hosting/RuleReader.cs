using Crux.Protos;

namespace Crux.Client.Hosting;

/// <summary>Rules as the node tells them.</summary>
internal static class RuleReader
{
    /// <summary>Compiles them. A rule that this version can't read makes the service strict without it: what it forbade must not pass.</summary>
    public static RuleTable Compile(TargetRules told)
    {
        var rules = new List<TrustRule>(told.Rules.Count);
        var isWhole = true;
        foreach (var rule in told.Rules)
        {
            if (TryRead(rule) is { } read)
                rules.Add(read);
            else
                isWhole = false;
        }
        var mode = told.Mode is >= RuleMode.Learn and <= RuleMode.Strict && isWhole ? (TrustMode)told.Mode : TrustMode.Strict;
        return new RuleTable(mode, rules);
    }

    private static TrustRule? TryRead(Rule rule)
    {
        var (from, to) = (ToParty(rule.From), ToParty(rule.To));
        return rule.Effect is RuleEffect.Allow or RuleEffect.Deny && from.IsRight && to.IsRight && rule.Methods.Count <= TrustRule.MaxMethods && rule.Methods.All(TrustRule.IsMethod)
            ? new TrustRule((TrustEffect)rule.Effect, from, to, rule.Methods)
            : null;
    }

    private static TrustParty ToParty(RuleParty? party) => new(party?.Group ?? "", party?.Name ?? "");
}
