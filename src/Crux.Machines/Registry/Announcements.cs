using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>
/// Tells the reeves what the registry holds of the apis that they follow. While the steward rebuilds, everybody reports at once and
/// follows at once: then news is gathered and told now and then, or each of n reeves would be told n times.
/// </summary>
internal sealed class Announcements(GroupToken token, EntryCache table, TimeSpan gatherPeriod, bool gathers)
{
    private readonly InterestIndex _interests = new();
    // What moved since it was last told, and who waits for a first answer, by api.
    private readonly SortedDictionary<string, SortedSet<EntryKey>> _moved = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<ulong>> _asking = new(StringComparer.Ordinal);
    private bool _isGathering = gathers;

    /// <summary>Grows with every change of the registry.</summary>
    public ulong Revision { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to tell.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>A stream follows an api; an empty name stands for all.</summary>
    public void Follow(string api, ulong stream) => _interests.Add(api, stream);

    /// <summary>A stream follows an api no more.</summary>
    public void Unfollow(string api, ulong stream)
    {
        _interests.Remove(api, stream);
        if (_asking.TryGetValue(api, out var streams))
            streams.Remove(stream);
    }

    /// <summary>A stream that follows an api is told everything of it.</summary>
    public void Answer(string api, ulong stream, Sight sight, StewardOutbox outbox) => Answer(api, [stream], sight, outbox);

    /// <summary>A stream that follows an api is told with what is gathered what there is of it by then.</summary>
    public void Promise(Instant now, string api, ulong stream)
    {
        if (!_asking.TryGetValue(api, out var streams))
            _asking.Add(api, streams = []);
        streams.Add(stream);
        Plan(now);
    }

    /// <summary>Puts a change into the table, and tells it.</summary>
    public void Publish(Instant now, IReadOnlyCollection<ServiceEntry> upserts, IReadOnlyCollection<GoneEntry> gone, StewardOutbox outbox)
    {
        if (upserts.Count == 0 && gone.Count == 0)
            return;
        Revision++;
        foreach (var (entry, kind, reason) in gone)
        {
            table.Remove(entry.Instance.Api, entry.Key);
            outbox.Raise(new RegistryNews(Revision, entry, kind, reason));
        }
        foreach (var entry in upserts)
        {
            // Under one api it is one entry to those who follow that; to those who look back it is two.
            if (table.Find(entry.Instance.Api, entry.Key) is { } before && !before.Instance.Equals(entry.Instance))
                outbox.Raise(new RegistryNews(Revision, before, DepartureKind.Left, $"is {entry.Instance} now"));
            table.Put(entry);
            outbox.Raise(new RegistryNews(Revision, entry, Departure: null, ""));
        }
        var removed = gone.Select(it => it.Entry).ToList();
        if (_isGathering)
        {
            foreach (var entry in removed.Concat(upserts))
                Gather(entry.Instance.Api, entry.Key);
            Plan(now);
            return;
        }
        // Who follows one api hears of that api, in one event; who follows all hears of all in one.
        Tell(_interests.Of(""), upserts, Removals(removed), outbox);
        foreach (var api in upserts.Concat(removed).Select(entry => entry.Instance.Api).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (_interests.Of(api) is { Length: > 0 } streams)
                Tell(streams, upserts.Where(entry => entry.Instance.Api == api), Removals(removed.Where(entry => entry.Instance.Api == api)), outbox);
        }
    }

    /// <summary>Tells what was gathered. It is no complete answer: a new steward takes nothing away by not knowing it yet.</summary>
    public void Tick(Instant now, StewardOutbox outbox)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = Instant.Never;
        Tell(Answered(""), _moved.Keys.SelectMany(Gathered), [.. _moved.Keys.SelectMany(Gone)], outbox);
        foreach (var api in _moved.Keys)
            Tell(Answered(api), Gathered(api), [.. Gone(api)], outbox);
        foreach (var (api, streams) in _asking)
            Answer(api, [.. streams], sight: null, outbox);
        _moved.Clear();
        _asking.Clear();
    }

    /// <summary>The steward has rebuilt the registry: everybody is answered in full, and from now on news is told as it comes.</summary>
    public void Finish(Sight sight, StewardOutbox outbox)
    {
        _isGathering = false;
        NextDeadline = Instant.Never;
        // What was told and is gone again is taken back in so many words: not everybody forgets on the word of a complete answer.
        Tell(Answered(""), [], [.. _moved.Keys.SelectMany(Gone)], outbox);
        foreach (var api in _moved.Keys)
            Tell(Answered(api), [], [.. Gone(api)], outbox);
        foreach (var api in _interests.Apis)
            Answer(api, _interests.Of(api), sight, outbox);
        _moved.Clear();
        _asking.Clear();
    }

    private void Plan(Instant now) => NextDeadline = Instant.Min(NextDeadline, now + gatherPeriod);

    private void Gather(string api, EntryKey key)
    {
        if (!_moved.TryGetValue(api, out var keys))
            _moved.Add(api, keys = []);
        keys.Add(key);
    }

    private IEnumerable<ServiceEntry> Gathered(string api) => _moved[api].Select(key => table.Find(api, key)).OfType<ServiceEntry>();

    private IEnumerable<EntryRemoval> Gone(string api) =>
        _moved[api].Where(key => table.Find(api, key) is null).Select(key => new EntryRemoval(api, key));

    // Who has been told everything up to the last time.
    private ImmutableArray<ulong> Answered(string api) =>
        _asking.TryGetValue(api, out var asking) ? _interests.Of(api).RemoveAll(asking.Contains) : _interests.Of(api);

    // Everything of an api, in parts.
    private void Answer(string api, ImmutableArray<ulong> streams, Sight? sight, StewardOutbox outbox)
    {
        if (streams.IsEmpty)
            return;
        foreach (var (entries, more) in EntryParts.Split(api.Length == 0 ? table.All : table.Of(api)))
        {
            var push = new UpdatePush(token, Revision)
            {
                Upserts = entries, Complete = sight is not null, Apis = [api], More = sight is not null && more, Unheard = sight?.Unheard ?? [],
                ViewHash = sight?.ViewHash ?? 0, IsTentative = ReferenceEquals(sight, Sight.Tentative),
            };
            outbox.Send(push, streams);
        }
    }

    private void Tell(ImmutableArray<ulong> streams, IEnumerable<ServiceEntry> upserts, ImmutableArray<EntryRemoval> gone, StewardOutbox outbox)
    {
        if (streams.IsEmpty)
            return;
        foreach (var (entries, _) in EntryParts.Split(upserts))
        {
            if (!entries.IsEmpty || !gone.IsEmpty)
                outbox.Send(new UpdatePush(token, Revision) { Upserts = entries, Removed = gone }, streams);
            gone = [];
        }
    }

    private static ImmutableArray<EntryRemoval> Removals(IEnumerable<ServiceEntry> entries) =>
        [.. entries.Select(entry => new EntryRemoval(entry.Instance.Api, entry.Key))];
}
