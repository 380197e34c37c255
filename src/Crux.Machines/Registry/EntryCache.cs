namespace Crux.Machines.Registry;

/// <summary>Entries by api, ordered by key within it.</summary>
internal sealed class EntryCache
{
    private readonly SortedDictionary<string, SortedDictionary<EntryKey, ServiceEntry>> _apis = new(StringComparer.Ordinal);

    /// <summary>How many entries.</summary>
    public int Count { get; private set; }

    /// <summary>Every entry, by api, then by key.</summary>
    public IEnumerable<ServiceEntry> All => _apis.Values.SelectMany(entries => entries.Values);

    /// <summary>The apis that have entries, ordered.</summary>
    public IEnumerable<string> Apis => _apis.Keys;

    /// <summary>The entries of an api, ordered by key.</summary>
    public IReadOnlyCollection<ServiceEntry> Of(string api) => _apis.TryGetValue(api, out var entries) ? entries.Values : [];

    /// <summary>The entry of an api with this key, or null.</summary>
    public ServiceEntry? Find(string api, EntryKey key) => _apis.TryGetValue(api, out var entries) ? entries.GetValueOrDefault(key) : null;

    /// <summary>Puts an entry in; returns whether that changed what it says.</summary>
    public bool Put(ServiceEntry entry)
    {
        if (!_apis.TryGetValue(entry.Instance.Api, out var entries))
            _apis.Add(entry.Instance.Api, entries = []);
        if (!entries.TryGetValue(entry.Key, out var before))
            Count++;
        entries[entry.Key] = entry;
        return before is null || !before.SaysTheSameAs(entry);
    }

    /// <summary>Takes an entry out; returns whether it was there.</summary>
    public bool Remove(string api, EntryKey key)
    {
        if (!_apis.TryGetValue(api, out var entries) || !entries.Remove(key))
            return false;
        Count--;
        if (entries.Count == 0)
            _apis.Remove(api);
        return true;
    }

    /// <summary>Takes out every entry that <paramref name="unwanted"/> names, and returns them.</summary>
    public IReadOnlyList<ServiceEntry> RemoveWhere(Predicate<ServiceEntry> unwanted)
    {
        var removed = All.Where(entry => unwanted(entry)).ToList();
        foreach (var entry in removed)
            Remove(entry.Instance.Api, entry.Key);
        return removed;
    }

    /// <summary>Takes out every entry of an api that <paramref name="unwanted"/> names; returns how many.</summary>
    public int RemoveWhere(string api, Predicate<ServiceEntry> unwanted)
    {
        var keys = Of(api).Where(entry => unwanted(entry)).Select(entry => entry.Key).ToList();
        foreach (var key in keys)
            Remove(api, key);
        return keys.Count;
    }
}
