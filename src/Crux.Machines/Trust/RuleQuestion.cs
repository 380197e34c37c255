namespace Crux.Machines.Trust;

/// <summary>Why a call may be made or not: the verdict, the rule that decides it, and where none does, the rule that comes nearest.</summary>
/// <param name="Verdict">Whether it may.</param>
/// <param name="Deciding">The rule that decides; null where none speaks of the call.</param>
/// <param name="Nearest">Where none does: the rule that would with the fewest changes; null where none comes near.</param>
/// <param name="Misses">In words, what that one misses.</param>
public sealed record RuleQuestion(TrustVerdict Verdict, TrustRule? Deciding, TrustRule? Nearest, string Misses)
{
    private const int WholeParty = 4;
    private const int SameApi = 3;
    private const int SameName = 2;
    private const int RightMethod = 2;

    // With only the method right, or everybody meant, a rule is not near: it is about somebody else.
    private const int NearEnough = 5;

    /// <summary>Judges a call as the called service would.</summary>
    /// <param name="set">The operator's rules.</param>
    /// <param name="from">Who calls; no <c>*</c>.</param>
    /// <param name="to">Who is called; no <c>*</c>.</param>
    /// <param name="path">As gRPC sends it.</param>
    public static RuleQuestion Ask(RuleSet set, TrustParty from, TrustParty to, string path)
    {
        ArgumentNullException.ThrowIfNull(set);
        var api = TrustParty.ApiOf(to.Name);
        var mode = set.ModeOf(to.Group, to.Name, api);
        TrustRule? allowing = null, denying = null;
        foreach (var rule in set.About(to.Group, to.Name, api))
        {
            if (!rule.From.Covers(from.Group, from.Name, TrustParty.ApiOf(from.Name)) || !rule.Speaks(path))
                continue;
            if (rule.Effect == TrustEffect.Deny)
                denying ??= rule;
            else
                allowing ??= rule;
        }
        if ((denying ?? allowing) is { } deciding)
            return new(new(deciding == denying ? TrustGround.Denied : TrustGround.Allowed, mode), deciding, null, "");
        var nearest = FindNearest(set, from, to, path);
        return new(new(TrustGround.NoRule, mode), null, nearest, nearest is null ? "" : MissesOf(nearest, from, to, path));
    }

    /// <summary>The operator's rules that speak of some methods of this caller and service, and not of all.</summary>
    public static IReadOnlyList<TrustRule> AboutSome(RuleSet set, TrustParty from, TrustParty to)
    {
        ArgumentNullException.ThrowIfNull(set);
        var some = new List<TrustRule>();
        foreach (var rule in set.Rules)
        {
            if (!rule.Methods.IsEmpty && rule.To.Covers(to.Group, to.Name, TrustParty.ApiOf(to.Name)) && rule.From.Covers(from.Group, from.Name, TrustParty.ApiOf(from.Name)))
                some.Add(rule);
        }
        return some;
    }

    private static TrustRule? FindNearest(RuleSet set, TrustParty from, TrustParty to, string path)
    {
        var (best, most) = (default(TrustRule), NearEnough - 1);
        foreach (var rule in set.Rules)
        {
            if (rule.Effect != TrustEffect.Allow)
                continue;
            var near = Nearness(rule.From, from) + Nearness(rule.To, to) + (rule.Speaks(path) ? RightMethod : 0);
            if (near > most)
                (best, most) = (rule, near);
        }
        return best;
    }

    private static int Nearness(TrustParty party, TrustParty somebody)
    {
        var api = TrustParty.ApiOf(somebody.Name);
        if (party.Covers(somebody.Group, somebody.Name, api))
            return party.IsNamed ? WholeParty : SameApi;
        if (party.Group == somebody.Group && (TrustParty.ApiOf(party.Name) ?? party.Name) == (api ?? somebody.Name))
            return SameApi;
        return party.Name == somebody.Name ? SameName : 0;
    }

    private static string MissesOf(TrustRule rule, TrustParty from, TrustParty to, string path)
    {
        var misses = new List<string>();
        if (!rule.From.Covers(from.Group, from.Name, TrustParty.ApiOf(from.Name)))
            misses.Add($"it lets {rule.From} call, not {from}");
        if (!rule.To.Covers(to.Group, to.Name, TrustParty.ApiOf(to.Name)))
            misses.Add($"it is about {rule.To}, not {to}");
        if (!rule.Speaks(path))
            misses.Add(rule.Methods.IsEmpty ? $"{path} has to be named in a rule" : $"it names {string.Join(", ", rule.Methods)}, not {path}");
        return string.Join("; ", misses);
    }
}
