using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Crux.Machines.Trust;

/// <summary>
/// Who may call whom in a flock: the operator's rules, the mode of each service, and the keys that were taken back. Immutable; sorted and without repetition, so equal
/// sets have equal bytes.
/// </summary>
public sealed class RuleSet
{
    /// <summary>The most rules; whoever needs more names groups or apis instead of instances.</summary>
    public const int MaxRules = 16_384;

    /// <summary>The most services with a mode of their own.</summary>
    public const int MaxModes = 4_096;

    /// <summary>The most bans of keys.</summary>
    public const int MaxBans = 1_024;

    /// <summary>Up to so many changes are made each in its place; with more the set is sorted anew.</summary>
    private const int MaxSplices = 64;

    /// <summary>Names that begin so belong to Crux's own services, whose rules come with it.</summary>
    public const string ReservedPrefix = "crux.";

    private readonly byte[] _hash;
    private readonly RuleSheetBytes _sheet;

    internal RuleSet(uint revision, ImmutableArray<KeyValuePair<TrustParty, TrustMode>> modes, ImmutableArray<TrustRule> rules, ImmutableArray<KeyBan> bans)
        : this(revision, modes, rules, bans, RuleSheetBytes.Of(rules))
    {
    }

    private RuleSet(
        uint revision, ImmutableArray<KeyValuePair<TrustParty, TrustMode>> modes, ImmutableArray<TrustRule> rules, ImmutableArray<KeyBan> bans, RuleSheetBytes sheet)
    {
        (Revision, Modes, Rules, Bans, _sheet) = (revision, modes, rules, bans, sheet);
        Bytes = RuleSetCodec.Write(this, sheet.Bytes.Span);
        _hash = SHA256.HashData(Bytes.Span);
    }

    /// <summary>No rules and no modes: what holds until an operator says something.</summary>
    public static RuleSet Empty { get; } = new(0, [], [], []);

    /// <summary>Grows by one with each change.</summary>
    public uint Revision { get; }

    /// <summary>The modes that were set, sorted. That of <c>*/*</c> is the flock's.</summary>
    public ImmutableArray<KeyValuePair<TrustParty, TrustMode>> Modes { get; }

    /// <summary>The rules, sorted.</summary>
    public ImmutableArray<TrustRule> Rules { get; }

    /// <summary>The keys that were taken back, sorted.</summary>
    public ImmutableArray<KeyBan> Bans { get; }

    /// <summary>The set as it lies on disk and travels.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>The set after some changes; null where one can't be made, and <paramref name="problem"/> says why.</summary>
    public RuleSet? With(IReadOnlyList<RuleChange> changes, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var (rules, sheet) = (Rules, _sheet);
        var modes = new SortedDictionary<TrustParty, TrustMode>();
        foreach (var (target, mode) in Modes)
            modes.Add(target, mode);
        problem = null;
        var bans = Bans;
        foreach (var change in changes.Where(change => change.IsAboutKeys))
            bans = KeyBans.Make(change, Revision + 1, bans, ref problem);
        changes = [.. changes.Where(change => !change.IsAboutKeys)];
        if (changes.Count > MaxSplices)
            rules = MakeMany(changes, modes, ref sheet, ref problem);
        else
        {
            foreach (var change in changes)
                problem ??= Make(change, ref rules, modes, ref sheet);
        }
        if (rules.Length > MaxRules)
            problem ??= $"A flock has at most {MaxRules} rules: name apis, groups or '*' instead of many instances.";
        if (modes.Count > MaxModes)
            problem ??= $"At most {MaxModes} services have modes of their own: set the flock's with 'crux trust mode'.";
        return problem is null ? new RuleSet(Revision + 1, [.. modes], rules, bans, sheet) : null;
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
        foreach (var target in TargetsOf(group, name, api))
        {
            for (var i = target.IsNamed ? FirstAbout(target) : Rules.Length; i < Rules.Length && Rules[i].To == target; i++)
            {
                if (Rules[i].Effect == TrustEffect.Allow)
                    return TrustMode.Strict;
            }
        }
        return TrustMode.Learn;
    }

    /// <summary>The rules that speak of a service, Crux's own first.</summary>
    public IEnumerable<TrustRule> About(string group, string name, string? api)
    {
        foreach (var rule in BuiltInRules.All)
        {
            if (rule.To.Covers(group, name, api))
                yield return rule;
        }
        foreach (var target in TargetsOf(group, name, api))
        {
            for (var i = FirstAbout(target); i < Rules.Length && Rules[i].To == target; i++)
                yield return Rules[i];
        }
    }

    // Whom a rule may name that speaks of this service, in the order in which rules are sorted.
    private static SortedSet<TrustParty> TargetsOf(string group, string name, string? api)
    {
        var targets = new SortedSet<TrustParty>();
        foreach (var place in (ReadOnlySpan<string>)[group, TrustParty.Any])
        {
            targets.Add(new(place, name));
            targets.Add(new(place, TrustParty.Any));
            if (api is not null)
                targets.Add(new(place, api));
        }
        return targets;
    }

    // Rules are sorted by whom they speak of before all else.
    private int FirstAbout(TrustParty target)
    {
        var (low, high) = (0, Rules.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Rules[middle].To.CompareTo(target) < 0 ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

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

    private ImmutableArray<TrustRule> MakeMany(IReadOnlyList<RuleChange> changes, SortedDictionary<TrustParty, TrustMode> modes, ref RuleSheetBytes sheet, ref string? problem)
    {
        var sorted = new SortedSet<TrustRule>(Rules);
        foreach (var change in changes)
        {
            problem ??= change switch
            {
                { Kind: RuleChangeKind.Add, Rule: { } rule } => FindReserved(rule) ?? (sorted.Add(rule) ? null : StandsAlready(rule)),
                { Kind: RuleChangeKind.Drop, Rule: { } rule } => sorted.Remove(rule) ? null : IsNone(rule),
                _ => MakeMode(change, modes),
            };
        }
        ImmutableArray<TrustRule> rules = [.. sorted];
        sheet = RuleSheetBytes.Of(rules);
        return rules;
    }

    private static string? Make(RuleChange change, ref ImmutableArray<TrustRule> rules, SortedDictionary<TrustParty, TrustMode> modes, ref RuleSheetBytes sheet)
    {
        if (change is not { Kind: RuleChangeKind.Add or RuleChangeKind.Drop, Rule: { } rule })
            return MakeMode(change, modes);
        var place = rules.BinarySearch(rule);
        if (change.Kind == RuleChangeKind.Drop)
        {
            if (place < 0)
                return IsNone(rule);
            (rules, sheet) = (rules.RemoveAt(place), sheet.Without(place));
            return null;
        }
        if (FindReserved(rule) is { } problem)
            return problem;
        if (place >= 0)
            return StandsAlready(rule);
        (rules, sheet) = (rules.Insert(~place, rule), sheet.With(~place, rule));
        return null;
    }

    private static string? FindReserved(TrustRule rule) => IsReserved(rule.From) || IsReserved(rule.To)
        ? $"Names that begin with '{ReservedPrefix}' are Crux's own, and their rules come with it. See them with 'crux trust rules --all'."
        : null;

    private static string StandsAlready(TrustRule rule) => $"The rule stands already: {rule}.";

    private static string IsNone(TrustRule rule) => $"There is no such rule: {rule}. See 'crux trust rules'.";

    private static string? MakeMode(RuleChange change, SortedDictionary<TrustParty, TrustMode> modes)
    {
        switch (change)
        {
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
