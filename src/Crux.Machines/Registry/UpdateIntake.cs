namespace Crux.Machines.Registry;

/// <summary>Puts what the steward pushes into the cache, and forgets what a complete answer leaves out, where that is certain.</summary>
internal sealed class UpdateIntake(EntryCache cache, InterestTable interests, Standby standby, int maxEntries)
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

    /// <summary>Only what is followed is kept from now on.</summary>
    public void Narrow(NodeId self)
    {
        foreach (var api in cache.Apis.Where(api => !interests.Covers(api)).ToList())
            Drop(api, self);
    }

    /// <summary>Takes an update. Adds the apis that it changed to <paramref name="touched"/>, and returns how many entries found the cache full.</summary>
    public int Take(UpdatePush update, GroupSnapshot view, bool isReady, ISet<string> touched)
    {
        var overflowed = 0;
        foreach (var entry in update.Upserts)
        {
            // What runs on this node is known here first.
            if (entry.Node == view.Self || !Covers(entry.Instance.Api))
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
            Complete(update, view, touched);
        return overflowed;
    }

    private bool Covers(string api) => standby.IsOn || interests.Covers(api);

    // The parts of one answer follow each other on the stream, and only the last one makes it count.
    private void Complete(UpdatePush update, GroupSnapshot view, ISet<string> touched)
    {
        var isWhole = update.Apis.Contains("");
        // Nothing is kept of an answer to what nobody asked.
        List<string> apis = isWhole ? [] : [.. update.Apis.Where(Covers)];
        apis.ForEach(api => Named(api));
        foreach (var entry in update.Upserts)
        {
            if (isWhole ? Covers(entry.Instance.Api) : apis.Contains(entry.Instance.Api))
                Named(entry.Instance.Api).Add(entry.Key);
        }
        if (update.IsDamaged)
            _damaged.UnionWith(isWhole ? [""] : apis);
        if (update.More)
            return;
        var isDamaged = _damaged.Remove("");
        foreach (var api in isWhole ? [.. new SortedSet<string>([.. interests.Apis, .. cache.Apis, .. _parts.Keys], StringComparer.Ordinal)] : apis)
        {
            Forget(api, update, isDamaged, view, touched);
            foreach (var followed in interests.Of(api).Where(followed => !followed.IsComplete))
            {
                followed.IsComplete = true;
                touched.Add(api);
            }
        }
        standby.IsWhole |= standby.IsOn && isWhole && !isDamaged && !update.IsTentative;
    }

    private SortedSet<EntryKey> Named(string api)
    {
        if (!_parts.TryGetValue(api, out var named))
            _parts.Add(api, named = []);
        return named;
    }

    // A steward that sees other nodes than this one may not know yet what it leaves out. Then nothing goes, and it is asked again.
    private void Forget(string api, UpdatePush update, bool isDamaged, GroupSnapshot view, ISet<string> touched)
    {
        var named = _parts.Remove(api, out var keys) ? keys : [];
        isDamaged |= _damaged.Remove(api);
        // A steward that speaks of what it inherited answers once more when it has heard the reeves.
        if (update.IsTentative)
            return;
        var mayForget = !isDamaged && update.ViewHash == ViewHash.Of(view);
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
