namespace Crux.Machines.Registry;

/// <summary>What one node has registered, with the sequence and the hash by which both ends compare it.</summary>
internal sealed class OwnEntries
{
    private readonly SortedDictionary<string, ServiceEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Of the last change or snapshot.</summary>
    public ulong Sequence { get; set; }

    /// <summary>The wrapping sum of the fingerprints.</summary>
    public ulong Hash { get; private set; }

    /// <summary>How many entries.</summary>
    public int Count => _entries.Count;

    /// <summary>The entries, ordered by instance id.</summary>
    public IReadOnlyCollection<ServiceEntry> All => _entries.Values;

    /// <summary>The entry with this id, or null.</summary>
    public ServiceEntry? Find(string instanceId) => _entries.GetValueOrDefault(instanceId);

    /// <summary>Puts an entry in; returns the one that it replaced, if any.</summary>
    public ServiceEntry? Put(ServiceEntry entry)
    {
        if (_entries.TryGetValue(entry.InstanceId, out var before))
            Hash -= before.Fingerprint();
        _entries[entry.InstanceId] = entry;
        Hash += entry.Fingerprint();
        return before;
    }

    /// <summary>Takes an entry out; returns it, or null where it was not there.</summary>
    public ServiceEntry? Remove(string instanceId)
    {
        if (!_entries.Remove(instanceId, out var before))
            return null;
        Hash -= before.Fingerprint();
        return before;
    }

    /// <summary>How many there would be after a change. What it removes and was never there frees no room, and what it names twice takes it once.</summary>
    public int CountAfter(ChangeReport change)
    {
        var gone = change.Gone.Select(departure => departure.InstanceId).Where(_entries.ContainsKey).ToHashSet(StringComparer.Ordinal);
        var come = change.Upserts.Select(entry => entry.InstanceId).Where(id => gone.Contains(id) || !_entries.ContainsKey(id));
        return Count - gone.Count + come.Distinct(StringComparer.Ordinal).Count();
    }

    /// <summary>All of it as a report, in parts.</summary>
    public IEnumerable<SnapshotReport> ToSnapshot(ulong life, TimeSpan age) =>
        EntryParts.Split(_entries.Values).Select(part => new SnapshotReport(part.Entries, Sequence, part.More) { Life = life, Age = age });

    /// <summary>Its digest as a report.</summary>
    public DigestReport ToDigest(ulong life, TimeSpan age) => new(Sequence, Count, Hash) { Life = life, Age = age };

    /// <summary>Whether a digest speaks of exactly these entries.</summary>
    public bool Fits(DigestReport digest) => digest.Count == Count && digest.Hash == Hash;
}
