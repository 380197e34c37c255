namespace Crux.Machines.Registry;

/// <summary>Who follows which api, among the reeves that have a stream.</summary>
internal sealed class InterestIndex
{
    private readonly SortedDictionary<string, SortedSet<ulong>> _streams = new(StringComparer.Ordinal);

    /// <summary>The apis that somebody follows, ordered; an empty name stands for all.</summary>
    public IEnumerable<string> Apis => _streams.Keys;

    /// <summary>The streams that follow exactly this name, ordered.</summary>
    public IReadOnlyCollection<ulong> Of(string api) => _streams.TryGetValue(api, out var streams) ? streams : [];

    /// <summary>Notes that a stream follows an api.</summary>
    public void Add(string api, ulong stream)
    {
        if (!_streams.TryGetValue(api, out var streams))
            _streams.Add(api, streams = []);
        streams.Add(stream);
    }

    /// <summary>Notes that it doesn't any more.</summary>
    public void Remove(string api, ulong stream)
    {
        if (_streams.TryGetValue(api, out var streams) && streams.Remove(stream) && streams.Count == 0)
            _streams.Remove(api);
    }
}
