namespace Crux.Machines.Registry;

/// <summary>Puts what the steward pushes into the cache, and forgets what a complete answer leaves out, where that is certain.</summary>
internal sealed class UpdateIntake(EntryCache cache, InterestTable interests, int maxEntries)
{
    // What the parts of a complete answer have named so far, by api.
    private readonly SortedDictionary<string, SortedSet<EntryKey>> _parts = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _damaged = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _uncertain = new(StringComparer.Ordinal);

    /// <summary>Whether entries were kept that a complete answer did not name, so that the steward should be asked again.</summary>
    public bool IsUncertain => _uncertain.Count > 0;

    /// <summary>How many answers have begun and not ended.</summary>
    public int OpenAnswers => _parts.Count;

    /// <summary>Another stream begins: parts that the former one left unfinished mean nothing.</summary>
    public void Restart()
    {
        _parts.Clear();
        _damaged.Clear();
        _uncertain.Clear();
    }

    /// <summary>Nobody follows an api any more: its cached entries go.</summary>
    public void Drop(string api, NodeId self)
    {
        cache.RemoveWhere(api, entry => entry.Node != self);
        _parts.Remove(api);
        _damaged.Remove(api);
        _uncertain.Remove(api);
    }

    /// <summary>Takes an update. Adds the apis that it changed to <paramref name="touched"/>, and returns how many entries found the cache full.</summary>
    public int Take(UpdatePush update, GroupSnapshot view, bool isReady, ISet<string> touched)
    {
        var overflowed = 0;
        foreach (var entry in update.Upserts)
        {
            // What runs on this node is known here first.
            if (entry.Node == view.Self || !interests.Covers(entry.Instance.Api))
                continue;
            if (cache.Count >= maxEntries && cache.Find(entry.Instance.Api, entry.Key) is null)
                overflowed++;
            else if (cache.Put(entry))
                touched.Add(entry.Instance.Api);
        }
        foreach (var removal in update.Removed)
        {
            if (removal.Key.Node != view.Self && cache.Remove(removal.Api, removal.Key))
                touched.Add(removal.Api);
        }
        if (update.Complete && isReady)
        {
            // Nothing is kept of an answer to what nobody asked.
            foreach (var api in update.Apis.Contains("") ? interests.Apis : update.Apis.Where(interests.Covers))
                Complete(api, update, view, touched);
        }
        return overflowed;
    }

    private void Complete(string api, UpdatePush update, GroupSnapshot view, ISet<string> touched)
    {
        if (!_parts.TryGetValue(api, out var named))
            _parts.Add(api, named = []);
        foreach (var entry in update.Upserts)
        {
            if (entry.Instance.Api == api)
                named.Add(entry.Key);
        }
        if (update.IsDamaged)
            _damaged.Add(api);
        if (update.More)
            return;
        _parts.Remove(api);
        Forget(api, named, update, view, touched);
        foreach (var followed in interests.Of(api).Where(followed => !followed.IsComplete))
        {
            followed.IsComplete = true;
            touched.Add(api);
        }
    }

    // A steward that sees other nodes than this one may not know yet what it leaves out. Then nothing goes, and it is asked again.
    private void Forget(string api, SortedSet<EntryKey> named, UpdatePush update, GroupSnapshot view, ISet<string> touched)
    {
        var mayForget = !_damaged.Remove(api) && update.ViewHash == ViewHash.Of(view);
        var kept = false;
        var forgotten = cache.RemoveWhere(api, entry =>
        {
            if (entry.Node == view.Self || named.Contains(entry.Key))
                return false;
            var goes = mayForget && !update.Unheard.Contains(entry.Node);
            kept |= !goes;
            return goes;
        });
        if (forgotten > 0)
            touched.Add(api);
        if (kept)
            _uncertain.Add(api);
        else
            _uncertain.Remove(api);
    }
}
