using System.Runtime.InteropServices;

namespace Crux;

/// <summary>The rules about one service, compiled: who may call it with what. Immutable and thread-safe; a change makes a new one.</summary>
public sealed class RuleTable
{
    private const int None = -1;

    private readonly TrustRule[] _rules;
    private readonly int[] _next;
    private readonly Dictionary<TrustParty, int> _first;

    /// <summary>Compiles.</summary>
    /// <param name="mode">What holds where no rule speaks.</param>
    /// <param name="rules">The rules that speak of the service; whom they speak of is not looked at again.</param>
    public RuleTable(TrustMode mode, IEnumerable<TrustRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        Mode = mode;
        _rules = [.. rules];
        _next = new int[_rules.Length];
        _first = new Dictionary<TrustParty, int>(_rules.Length);
        // Chains in one array: a list for each caller made a change of ten thousand rules several times as dear.
        for (var i = 0; i < _rules.Length; i++)
        {
            ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, _rules[i].From, out var isKnown);
            _next[i] = isKnown ? first : None;
            first = i;
        }
    }

    /// <summary>What holds where no rule speaks.</summary>
    public TrustMode Mode { get; }

    /// <summary>What the rules say of a caller: ask once for each connection and table, then <see cref="CallerRules.Judge"/> for each call.</summary>
    /// <param name="group">The caller's group.</param>
    /// <param name="name">What its node says that it is.</param>
    public CallerRules For(string group, string name)
    {
        var found = new List<TrustRule>();
        var api = TrustParty.ApiOf(name);
        foreach (var place in (ReadOnlySpan<string>)[group, TrustParty.Any])
        {
            Collect(new(place, name), found);
            Collect(new(place, TrustParty.Any), found);
            if (api is not null)
                Collect(new(place, api), found);
        }
        return new CallerRules(Mode, found);
    }

    private void Collect(TrustParty party, List<TrustRule> found)
    {
        for (var i = _first.GetValueOrDefault(party, None); i != None; i = _next[i])
            found.Add(_rules[i]);
    }
}
