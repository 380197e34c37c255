using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Crux.Machines.Registry;

/// <summary>The selectors that this node follows: watched by somebody, or asked for a while ago.</summary>
internal sealed class InterestTable
{
    private readonly Dictionary<Selector, Followed> _selectors = [];
    private readonly SortedDictionary<string, SortedDictionary<string, Followed>> _apis = new(StringComparer.Ordinal);

    /// <summary>How many selectors.</summary>
    public int Count => _selectors.Count;

    /// <summary>The apis of all selectors, ordered.</summary>
    public ImmutableArray<string> Apis => [.. _apis.Keys];

    /// <summary>Every selector, in a fixed order.</summary>
    public IEnumerable<Followed> All => _apis.Values.SelectMany(followed => followed.Values);

    /// <summary>When the first selector that nobody watches has been kept for long enough.</summary>
    public Instant NextLapse => All.Where(followed => followed.Watchers == 0).Aggregate(Instant.Never, (due, followed) => Instant.Min(due, followed.AskedUntil));

    /// <summary>The selectors that nobody wants any more.</summary>
    public List<Followed> Lapsed(Instant now) => [.. All.Where(followed => followed.Watchers == 0 && followed.AskedUntil <= now)];

    /// <summary>Whether any selector is about this api.</summary>
    public bool Covers(string api) => _apis.ContainsKey(api);

    /// <summary>The selectors about an api.</summary>
    public IEnumerable<Followed> Of(string api) => _apis.TryGetValue(api, out var followed) ? followed.Values : [];

    /// <summary>Finds a selector.</summary>
    public bool TryFind(Selector selector, [NotNullWhen(true)] out Followed? followed) => _selectors.TryGetValue(selector, out followed);

    /// <summary>Adds a selector that isn't there yet; returns whether its api is new too.</summary>
    public bool Add(Selector selector, out Followed followed)
    {
        followed = new Followed(selector);
        _selectors.Add(selector, followed);
        var isNew = !_apis.TryGetValue(selector.Api, out var siblings);
        if (isNew)
            _apis.Add(selector.Api, siblings = new(StringComparer.Ordinal));
        else
            followed.IsComplete = siblings!.Values.First().IsComplete;
        siblings!.Add(selector.ToString(), followed);
        return isNew;
    }

    /// <summary>Drops a selector; returns whether nothing is left of its api.</summary>
    public bool Remove(Followed followed)
    {
        _selectors.Remove(followed.Selector);
        var siblings = _apis[followed.Selector.Api];
        siblings.Remove(followed.Selector.ToString());
        return siblings.Count == 0 && _apis.Remove(followed.Selector.Api);
    }

    /// <summary>One selector and who wants it.</summary>
    internal sealed class Followed(Selector selector)
    {
        public Selector Selector => selector;
        public int Watchers { get; set; }
        public Instant AskedUntil { get; set; }
        public bool IsComplete { get; set; }
        public ReeveAnswer? Answer { get; set; }
    }
}
