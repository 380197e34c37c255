using Crux.Machines.Trust;

namespace Crux.Machines.Tests.Trust;

/// <summary>The rules read as the documentation words them, one after the other, for each call anew.</summary>
internal static class NaiveRules
{
    public static TrustGround Judge(IEnumerable<TrustRule> rules, (string Group, string Name) from, (string Group, string Name) to, string path)
    {
        var speaking = rules.Where(rule => Means(rule.From, from) && Means(rule.To, to) && Speaks(rule, path)).ToList();
        return speaking.Exists(rule => rule.Effect == TrustEffect.Deny) ? TrustGround.Denied : speaking.Count > 0 ? TrustGround.Allowed : TrustGround.NoRule;
    }

    public static TrustMode Mode(RuleSet set, (string Group, string Name) to)
    {
        string[] names = to.Name.Contains('_', StringComparison.Ordinal) ? [to.Name, to.Name[..to.Name.IndexOf('_', StringComparison.Ordinal)], "*"] : [to.Name, "*"];
        foreach (var name in names)
        {
            foreach (var group in new[] { to.Group, "*" })
            {
                foreach (var (target, mode) in set.Modes)
                {
                    if (target == new TrustParty(group, name))
                        return mode;
                }
            }
        }
        return set.Rules.Any(rule => rule.Effect == TrustEffect.Allow && rule.To.Name != "*" && Means(rule.To, to)) ? TrustMode.Strict : TrustMode.Learn;
    }

    private static bool Means(TrustParty party, (string Group, string Name) somebody) =>
        (party.Group == "*" || party.Group == somebody.Group)
        && (party.Name == "*" || party.Name == somebody.Name || (somebody.Name.Contains('_', StringComparison.Ordinal) && party.Name == somebody.Name.Split('_')[0]));

    private static bool Speaks(TrustRule rule, string path)
    {
        var isOwn = path.StartsWith("/crux.v1.", StringComparison.Ordinal);
        if (rule.Methods.IsEmpty)
            return rule.Effect == TrustEffect.Deny || !isOwn;
        var parts = path.TrimStart('/').Split('/');
        var service = parts.Length == 2 ? parts[0] : "";
        var isShortEnough = !isOwn || rule.Effect == TrustEffect.Deny;
        return rule.Methods.Any(method => method == $"{service}/{parts[^1]}" || (service.Length > 0 && method == $"{service}/*") || (method == parts[^1] && isShortEnough));
    }
}
