using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>Who follows which api, among the reeves that have a stream.</summary>
internal sealed class InterestIndex
{
    private readonly SortedDictionary<string, Followers> _apis = new(StringComparer.Ordinal);

    /// <summary>The apis that somebody follows, ordered; an empty name stands for all.</summary>
    public IEnumerable<string> Apis => _apis.Keys;

    /// <summary>The streams that follow exactly this name, ordered. The same array until it changes: every push to them shares it.</summary>
    public ImmutableArray<ulong> Of(string api) => _apis.TryGetValue(api, out var followers) ? followers.List() : [];

    /// <summary>Notes that a stream follows an api.</summary>
    public void Add(string api, ulong stream)
    {
        if (!_apis.TryGetValue(api, out var followers))
            _apis.Add(api, followers = new Followers());
        followers.Add(stream);
    }

    /// <summary>Notes that it doesn't any more.</summary>
    public void Remove(string api, ulong stream)
    {
        if (_apis.TryGetValue(api, out var followers) && followers.RemoveAndIsEmpty(stream))
            _apis.Remove(api);
    }

    private sealed class Followers
    {
        private readonly SortedSet<ulong> _streams = [];
        private ImmutableArray<ulong>? _list;

        public ImmutableArray<ulong> List() => _list ??= [.. _streams];

        public void Add(ulong stream)
        {
            if (_streams.Add(stream))
                _list = null;
        }

        public bool RemoveAndIsEmpty(ulong stream)
        {
            if (_streams.Remove(stream))
                _list = null;
            return _streams.Count == 0;
        }
    }
}
