using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>An entry's labels, ordered by key: two sets with the same labels are equal.</summary>
public sealed class LabelSet : IEquatable<LabelSet>
{
    /// <summary>The most labels that an entry may carry.</summary>
    public const int MaxLabels = 64;

    /// <summary>The longest label value, in characters. Keys follow <see cref="NameRules"/>.</summary>
    public const int MaxValueLength = 256;

    private LabelSet(ImmutableArray<KeyValuePair<string, string>> pairs) => Pairs = pairs;

    /// <summary>No labels.</summary>
    public static LabelSet Empty { get; } = new([]);

    /// <summary>The labels, ordered by key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>A set of these labels; of two with one key the later counts.</summary>
    public static LabelSet From(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in labels)
            sorted[key] = value;
        return sorted.Count == 0 ? Empty : new LabelSet([.. sorted]);
    }

    /// <inheritdoc/>
    public bool Equals(LabelSet? other) =>
        other is not null && (ReferenceEquals(this, other) || Pairs.AsSpan().SequenceEqual(other.Pairs.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var mix = FixedHash.Start;
        foreach (var (key, value) in Pairs)
            mix = mix.Add(key).Add(value);
        return (int)mix.Value;
    }
}
