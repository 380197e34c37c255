using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Crux.Machines.Trust;

/// <summary>
/// Who may call whom in a flock: the operator's rules, and the mode of each service. Immutable; sorted and without repetition, so equal
/// sets have equal bytes.
/// </summary>
public sealed class RuleSet
{
    /// <summary>The most rules; whoever needs more names groups or apis instead of instances.</summary>
    public const int MaxRules = 16_384;

    /// <summary>The most services with a mode of their own.</summary>
    public const int MaxModes = 4_096;

    /// <summary>Names that begin so belong to Crux's own services, whose rules come with it.</summary>
    public const string ReservedPrefix = "crux.";

    private readonly byte[] _hash;

    internal RuleSet(uint revision, ImmutableArray<KeyValuePair<TrustParty, TrustMode>> modes, ImmutableArray<TrustRule> rules)
    {
        (Revision, Modes, Rules) = (revision, modes, rules);
        Bytes = RuleSetCodec.Write(this);
        _hash = SHA256.HashData(Bytes.Span);
    }

    /// <summary>No rules and no modes: what holds until an operator says something.</summary>
    public static RuleSet Empty { get; } = new(0, [], []);

    /// <summary>Grows by one with each change.</summary>
    public uint Revision { get; }

    /// <summary>The modes that were set, sorted. That of <c>*/*</c> is the flock's.</summary>
    public ImmutableArray<KeyValuePair<TrustParty, TrustMode>> Modes { get; }

    /// <summary>The rules, sorted.</summary>
    public ImmutableArray<TrustRule> Rules { get; }

    /// <summary>The set as it lies on disk and travels.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>The set after some changes; null where one can't be made, and <paramref name="problem"/> says why.</summary>
    public RuleSet? With(IReadOnlyList<RuleChange> changes, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var rules = new SortedSet<TrustRule>(Rules);
        var modes = new SortedDictionary<TrustParty, TrustMode>();
        foreach (var (target, mode) in Modes)
            modes.Add(target, mode);
        problem = null;
        foreach (var change in changes)
            problem ??= Make(change, rules, modes);
        if (rules.Count > MaxRules)
            problem ??= $"A flock has at most {MaxRules} rules: name apis, groups or '*' instead of many instances.";
        if (modes.Count > MaxModes)
            problem ??= $"At most {MaxModes} services have modes of their own: set the flock's with 'crux trust mode'.";
        return problem is null ? new RuleSet(Revision + 1, [.. modes], [.. rules]) : null;
    }

    /// <summary>What happens to calls of a service that no rule speaks of.</summary>
    /// <remarks>
    /// The mode that was set for the instance, else for the api, else for the flock. Where none was: strict for a service that a rule allows calls to
    /// by name, learn for any other.
    /// </remarks>
    public TrustMode ModeOf(string group, string name, string? api)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.StartsWith(ReservedPrefix, StringComparison.Ordinal))
            return TrustMode.Strict;
        foreach (var one in (ReadOnlySpan<string?>)[name, api, TrustParty.Any])
        {
            if (one is null)
                continue;
            foreach (var place in (ReadOnlySpan<string>)[group, TrustParty.Any])
            {
                if (Find(new(place, one)) is { } mode)
                    return mode;
            }
        }
        foreach (var rule in Rules)
        {
            if (rule.Effect == TrustEffect.Allow && rule.To.IsNamed && rule.To.Covers(group, name, api))
                return TrustMode.Strict;
        }
        return TrustMode.Learn;
    }

    /// <summary>The rules that speak of a service, Crux's own first.</summary>
    public IEnumerable<TrustRule> About(string group, string name, string? api) =>
        BuiltInRules.All.Concat(Rules).Where(rule => rule.To.Covers(group, name, api));

    private TrustMode? Find(TrustParty party)
    {
        var (low, high) = (0, Modes.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Modes[middle].Key.CompareTo(party);
            if (order == 0)
                return Modes[middle].Value;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }

    private static string? Make(RuleChange change, SortedSet<TrustRule> rules, SortedDictionary<TrustParty, TrustMode> modes)
    {
        switch (change)
        {
            case { Kind: RuleChangeKind.Add, Rule: { } rule }:
                if (IsReserved(rule.From) || IsReserved(rule.To))
                    return $"Names that begin with '{ReservedPrefix}' are Crux's own, and their rules come with it. See them with 'crux trust rules --all'.";
                return rules.Add(rule) ? null : $"The rule stands already: {rule}.";
            case { Kind: RuleChangeKind.Drop, Rule: { } rule }:
                return rules.Remove(rule) ? null : $"There is no such rule: {rule}. See 'crux trust rules'.";
            case { Kind: RuleChangeKind.SetMode, Mode: TrustMode.None }:
                return modes.Remove(change.Target) ? null : $"No mode is set for {change.Target}.";
            case { Kind: RuleChangeKind.SetMode, Mode: <= TrustMode.Strict } when change.Target.IsRight:
                if (IsReserved(change.Target))
                    return $"Names that begin with '{ReservedPrefix}' are Crux's own: they are strict, always.";
                modes[change.Target] = change.Mode;
                return null;
            default:
                return "A change says neither which rule nor which mode. Give the command again.";
        }
    }

    private static bool IsReserved(TrustParty party) => party.Name.StartsWith(ReservedPrefix, StringComparison.Ordinal);
}
