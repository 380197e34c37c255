namespace Crux.Machines.Registry;

/// <summary>
/// Entries of a node whose reeve has begun another life and does not name them yet. The processes behind them run on, and beat again
/// as soon as they find the new life: until then, and for a limited time, nobody should miss them.
/// </summary>
internal sealed class UnconfirmedEntries
{
    private readonly Dictionary<NodeId, SortedDictionary<string, (ServiceEntry Entry, Instant Due)>> _nodes = [];
    private readonly SortedSet<(Instant Due, EntryKey Key)> _agenda = [];

    /// <summary>When the first of them has had its time.</summary>
    public Instant NextDeadline => _agenda.Count == 0 ? Instant.Never : _agenda.Min.Due;

    /// <summary>How many are one node's.</summary>
    public int CountOf(NodeId node) => _nodes.TryGetValue(node, out var entries) ? entries.Count : 0;

    /// <summary>Keeps an entry that is not kept yet until <paramref name="due"/>.</summary>
    public void Add(ServiceEntry entry, Instant due)
    {
        if (!_nodes.TryGetValue(entry.Node, out var entries))
            _nodes.Add(entry.Node, entries = new(StringComparer.Ordinal));
        entries.Add(entry.InstanceId, (entry, due));
        _agenda.Add((due, entry.Key));
    }

    /// <summary>Takes one out: it is confirmed, or gone. Null where it is not kept.</summary>
    public ServiceEntry? Take(EntryKey key)
    {
        if (!_nodes.TryGetValue(key.Node, out var entries) || !entries.Remove(key.InstanceId, out var kept))
            return null;
        if (entries.Count == 0)
            _nodes.Remove(key.Node);
        _agenda.Remove((kept.Due, key));
        return kept.Entry;
    }

    /// <summary>Takes out all of one node.</summary>
    public List<ServiceEntry> TakeOf(NodeId node) =>
        _nodes.TryGetValue(node, out var entries) ? [.. entries.Keys.ToList().Select(id => Take(new EntryKey(node, id))!)] : [];

    /// <summary>Takes out those that have had their time.</summary>
    public List<ServiceEntry> TakeDue(Instant now)
    {
        var due = new List<ServiceEntry>();
        while (NextDeadline <= now && _agenda.Count > 0)
            due.Add(Take(_agenda.Min.Key)!);
        return due;
    }
}
