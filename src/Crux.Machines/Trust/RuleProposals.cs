namespace Crux.Machines.Trust;

/// <summary>Makes rules of what was seen: one for each caller and service, with the methods that were called.</summary>
public static class RuleProposals
{
    /// <summary>The rules that would allow what no rule allows yet, sorted. Instances become their apis, so that the next version needs no new rule.</summary>
    /// <param name="set">The rules that stand.</param>
    /// <param name="calls">Who called whom with what, as gRPC sends it.</param>
    public static IReadOnlyList<TrustRule> Of(RuleSet set, IEnumerable<(TrustParty From, TrustParty To, string Path)> calls)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(calls);
        var wanted = new SortedDictionary<(TrustParty From, TrustParty To), SortedSet<string>>(Comparer<(TrustParty From, TrustParty To)>.Create(
            (one, other) => one.From.CompareTo(other.From) is not 0 and var order ? order : one.To.CompareTo(other.To)));
        foreach (var (from, to, path) in calls)
        {
            var method = path.TrimStart('/');
            // What Crux adds to a service is never proposed: who may end a service is an operator's thought, not a habit.
            if (!TrustRule.IsMethod(method) || CallerRules.IsOwn(path) || RuleQuestion.Ask(set, from, to, path).Verdict.Ground != TrustGround.NoRule)
                continue;
            var key = (Whole(from), Whole(to));
            if (!wanted.TryGetValue(key, out var methods))
                wanted.Add(key, methods = new SortedSet<string>(StringComparer.Ordinal));
            methods.Add(method);
        }
        var rules = new SortedSet<TrustRule>();
        foreach (var ((from, to), methods) in wanted)
            rules.Add(new TrustRule(TrustEffect.Allow, from, to, methods.Count > TrustRule.MaxMethods ? [] : methods));
        return [.. rules];
    }

    /// <summary>The rules for callers that a service's author expects, with all its methods, where none of the service's own stands yet.</summary>
    public static IReadOnlyList<TrustRule> Of(RuleSet set, TrustParty target, IEnumerable<TrustParty> expected)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(expected);
        var rules = new SortedSet<TrustRule>();
        foreach (var caller in expected)
        {
            var to = Whole(target);
            var isSaid = false;
            foreach (var rule in set.Rules)
                isSaid |= rule.To.IsNamed && rule.From.IsNamed && rule.To.Covers(target.Group, target.Name, to.Name) && rule.From == caller;
            if (!isSaid)
                rules.Add(new TrustRule(TrustEffect.Allow, caller, to, []));
        }
        return [.. rules];
    }

    private static TrustParty Whole(TrustParty party) => party with { Name = TrustParty.ApiOf(party.Name) ?? party.Name };
}
