using System.Collections.Immutable;
using Crux.Machines.Registry;

namespace Crux.Machines.Health;

/// <summary>
/// The availability history of a group: who was up, when, why not. On the leader it hears what the steward takes in, in the same order,
/// and makes records of it; on the other voters it takes these records, and so holds the same history when one of them comes to lead.
/// </summary>
/// <remarks>Times are of the wall clock, given by the caller: history is for people, and outlives the clock of any one boot.</remarks>
public sealed class HealthminderMachine(ulong edition, string group, HealthHistoryOptions options)
{
    private readonly SortedDictionary<HealthSubject, HealthSeries> _series = [];
    private readonly SortedSet<NodeId> _outOfSight = [];
    private (ulong Edition, ulong Sequence)? _former;
    // What an earlier run of this node kept, while this run has to ask first whether others know what came after.
    private HealthBook? _earlier;
    // What is remembered to have been there, and was not heard of since.
    private readonly SortedDictionary<HealthSubject, List<string>> _awaited = [];
    private bool _isRemembered;
    private int _changes;

    /// <summary>Names the book that it keeps, see <see cref="HealthBook"/>.</summary>
    public ulong Edition { get; private set; } = edition;

    /// <summary>Of the newest record.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>Since when the record is kept; <see cref="long.MaxValue"/> before it has begun.</summary>
    public long SinceUnixMs { get; private set; } = long.MaxValue;

    /// <summary>How many services are on record, each counted on each of its nodes.</summary>
    public int Count => _series.Count;

    /// <summary>How many changes are kept of all of them.</summary>
    public int ChangeCount => _changes;

    /// <summary>How many records found no room.</summary>
    public long Unrecorded { get; private set; }

    /// <summary>Takes what the steward took in, and puts what it is worth recording into <paramref name="records"/>.</summary>
    public void Hear(long atUnixMs, RegistryNews news, List<HealthRecord> records)
    {
        var entry = news.Entry;
        var (kind, state, reason) = news.Departure switch
        {
            null => (HealthRecordKind.There, HealthReasons.StateOf(entry.Status), HealthReasons.Of(entry)),
            DepartureKind.Left => (HealthRecordKind.Gone, HealthState.Left, news.Reason),
            _ => (HealthRecordKind.Gone, HealthState.Down, news.Reason),
        };
        if (_awaited.TryGetValue(new HealthSubject(entry.Instance, entry.Node), out var awaited))
            awaited.Remove(entry.InstanceId);
        Record(atUnixMs, new HealthSubject(entry.Instance, entry.Node), entry.NodeName, entry.InstanceId, kind, state, reason, records);
        if (kind == HealthRecordKind.There && _outOfSight.Contains(entry.Node))
            Record(atUnixMs, new HealthSubject(entry.Instance, entry.Node), entry.NodeName, "", HealthRecordKind.OutOfSight, HealthState.Unknown, OutOfSight, records);
    }

    /// <summary>
    /// Brings the record into line with all that the steward holds: after a change of leaders some of it was missed. Of nodes that it has
    /// not heard nothing is taken back, be it here or gone: what the leader's node knew before may be older than this record.
    /// </summary>
    public void Reconcile(long atUnixMs, RegistryState registry, List<HealthRecord> records)
    {
        var there = registry.Entries.Select(entry => (entry.Key, entry.Instance)).ToHashSet();
        foreach (var entry in registry.Entries.Where(entry => !(registry.Unheard.Contains(entry.Node) && IsGone(entry))))
            Hear(atUnixMs, new RegistryNews(0, entry, Departure: null, ""), records);
        foreach (var series in _series.Values.Where(series => !registry.Unheard.Contains(series.Subject.Node)))
        {
            var reason = registry.View.Find(series.Subject.Node) is null ? GoneEntry.LeftView : Missed;
            foreach (var id in series.PointIds.Where(id => !there.Contains((new EntryKey(series.Subject.Node, id), series.Subject.Instance)) && !IsAwaited(series.Subject, id)).ToList())
                Record(atUnixMs, series.Subject, series.NodeName, id, HealthRecordKind.Gone, HealthState.Down, reason, records);
        }
    }

    /// <summary>This node leads from now on: the records that follow are of a new edition, since nobody else's can be.</summary>
    /// <remarks>What it only remembers is put aside until <see cref="Recall"/>: others may know what came after it.</remarks>
    public void Lead(ulong edition)
    {
        _former = (Edition, Sequence);
        Edition = edition;
        if (!_isRemembered)
            return;
        (_earlier, _isRemembered, _former) = (Export(), false, null);
        _series.Clear();
        (_changes, SinceUnixMs) = (0, long.MaxValue);
    }

    /// <summary>Takes a part of the book that an earlier run of this node kept, before anything else. After the parts come the records, by <see cref="TakeAgain"/>, and then <see cref="Remember"/>.</summary>
    public void Recollect(HealthBook part)
    {
        ArgumentNullException.ThrowIfNull(part);
        (Sequence, SinceUnixMs) = (part.Sequence, part.SinceUnixMs);
        foreach (var history in part.Histories)
        {
            if (_series.Count < options.MaxSubjects && !_series.ContainsKey(history.Subject))
                Load(history);
        }
    }

    /// <summary>What was taken so far is what an earlier run kept, until then: how things stood after it nobody here knows.</summary>
    /// <remarks>It is of an edition of its own: closed as it is, it doesn't say the same as the leader's book of that sequence.</remarks>
    public void Remember(long untilUnixMs)
    {
        foreach (var series in _series.Values)
            _changes += series.Close(untilUnixMs, NotKept);
        _isRemembered = _series.Count > 0;
    }

    /// <summary>The others were asked: what this node remembers goes in front of what is on record now. Returns whether there was anything; then it is another edition.</summary>
    public bool Recall(ulong edition)
    {
        if (_earlier is not { } earlier)
            return false;
        _earlier = null;
        Precede(earlier, isAwaited: true);
        (Edition, _former) = (edition, null);
        return true;
    }

    /// <summary>Whether a book of this edition and sequence says the same as this one.</summary>
    public bool IsCurrent(ulong edition, ulong sequence) =>
        sequence == Sequence && (edition == Edition || (edition, sequence) == _former);

    /// <summary>The leader says that its book, of this edition, is the same as this one.</summary>
    public void Continue(ulong edition) => Edition = edition;

    /// <summary>These nodes can't be reached, and all others can.</summary>
    public void See(long atUnixMs, IReadOnlyCollection<NodeId> outOfSight, List<HealthRecord> records)
    {
        if (_outOfSight.SetEquals(outOfSight))
            return;
        var moved = new SortedSet<NodeId>(_outOfSight);
        moved.SymmetricExceptWith(outOfSight);
        _outOfSight.Clear();
        _outOfSight.UnionWith(outOfSight);
        foreach (var series in _series.Values.Where(series => moved.Contains(series.Subject.Node)).ToList())
        {
            var (kind, reason) = _outOfSight.Contains(series.Subject.Node) ? (HealthRecordKind.OutOfSight, OutOfSight) : (HealthRecordKind.InSight, "");
            Record(atUnixMs, series.Subject, series.NodeName, "", kind, HealthState.Unknown, reason, records);
        }
    }

    /// <summary>Whoever of those remembered has not been heard of by now will not come back: processes and daemons have had time to find each other again.</summary>
    public void Miss(long atUnixMs, List<HealthRecord> records)
    {
        foreach (var (subject, ids) in _awaited)
        {
            foreach (var id in ids)
                Record(atUnixMs, subject, _series.TryGetValue(subject, out var series) ? series.NodeName : "", id, HealthRecordKind.Gone, HealthState.Down, NotBack, records);
        }
        _awaited.Clear();
    }

    /// <summary>Takes a record that the leader made; false where one before it is missing, and the book has to be fetched anew.</summary>
    public bool Take(HealthRecord record)
    {
        if (record.Sequence != Sequence + 1)
            return false;
        Apply(record);
        return true;
    }

    /// <summary>Takes a record that this node kept; one that the book before it has already is left out.</summary>
    public void TakeAgain(HealthRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Sequence > Sequence)
            Apply(record);
    }

    /// <summary>All of it.</summary>
    public HealthBook Export() => new(Edition, Sequence, SinceUnixMs, [.. _series.Values.Select(series => series.Export())]);

    /// <summary>Puts the leader's book in place of this one. What this one knows of the time before that one begins is kept.</summary>
    public void Adopt(HealthBook book)
    {
        var own = Export();
        _awaited.Clear();
        _series.Clear();
        _outOfSight.Clear();
        _changes = 0;
        (Edition, Sequence, SinceUnixMs, _former) = (book.Edition, book.Sequence, book.SinceUnixMs, null);
        foreach (var history in book.Histories.Take(options.MaxSubjects))
            Load(history);
        if (own.SinceUnixMs < book.SinceUnixMs)
            Precede(own);
        if (_earlier is { } earlier && earlier.SinceUnixMs < SinceUnixMs)
            Precede(earlier);
        (_earlier, _isRemembered) = (null, false);
    }

    /// <summary>Puts what another book knows of the time before this one begins in front; returns whether there was anything. Then it is another edition.</summary>
    public bool Merge(HealthBook book, ulong edition)
    {
        if (book.SinceUnixMs >= SinceUnixMs)
            return false;
        Precede(book, isAwaited: true);
        (Edition, _former) = (edition, null);
        return true;
    }

    /// <summary>Drops what is too old to be told.</summary>
    public void Forget(long nowUnixMs)
    {
        var before = nowUnixMs - (long)options.Retention.TotalMilliseconds;
        foreach (var series in _series.Values.ToList())
        {
            _changes -= series.Forget(before);
            if (series.HasPoints || series.Last.AtUnixMs > before)
                continue;
            _changes -= series.ChangeCount;
            _series.Remove(series.Subject);
        }
        if (SinceUnixMs < before)
            SinceUnixMs = before;
    }

    /// <summary>What a window of the past looked like. Lines are ordered by name; nothing on record in it means no line.</summary>
    public ImmutableArray<HealthLine> Report(HealthQuestion question)
    {
        var sheet = new HealthSheet(question, group);
        foreach (var series in _series.Values.Where(question.Fits))
            sheet.Add(series);
        return [.. sheet.Lines()];
    }

    internal const string OutOfSight = "its node can't be reached";
    internal const string NotKept = "nobody kept the record";
    internal const string NotBack = "it did not come back";
    internal const string Missed = "it went while the leader changed";

    private bool IsGone(ServiceEntry entry) =>
        _series.TryGetValue(new HealthSubject(entry.Instance, entry.Node), out var series) && !series.PointIds.Contains(entry.InstanceId);

    private bool IsAwaited(HealthSubject subject, string id) => _awaited.TryGetValue(subject, out var ids) && ids.Contains(id);

    private int ChangesEach => _changes < options.MaxChanges ? options.MaxChangesEach : HealthHistoryOptions.FewestChanges;

    private void Record(
        long at, HealthSubject subject, string nodeName, string instanceId, HealthRecordKind kind, HealthState state, string reason, List<HealthRecord> records)
    {
        var record = new HealthRecord(Sequence + 1, at, subject, nodeName, instanceId, kind, state, reason);
        if (_series.TryGetValue(subject, out var series) ? !series.IsNews(record) : kind != HealthRecordKind.There)
            return;
        Apply(record);
        records.Add(record);
    }

    private void Apply(HealthRecord record)
    {
        Sequence = record.Sequence;
        SinceUnixMs = Math.Min(SinceUnixMs, record.AtUnixMs);
        if (!_series.TryGetValue(record.Subject, out var series))
        {
            if (_series.Count >= options.MaxSubjects)
            {
                Unrecorded++;
                return;
            }
            _series.Add(record.Subject, series = new HealthSeries(record.Subject, record.NodeName));
        }
        _changes += series.Take(record, ChangesEach);
    }

    private void Load(HealthHistory history)
    {
        var series = new HealthSeries(history.Subject, history.NodeName);
        series.Load(history);
        _changes += series.ChangeCount;
        _series.Add(history.Subject, series);
    }

    // Who is only in the earlier book is gone by now: this book knows everybody who is there. But whom somebody only remembers after a restart may
    // come back: a leader awaits it, and who follows says nothing of it that the leader, who may not have asked yet, would take for known.
    private void Precede(HealthBook earlier, bool isAwaited = false)
    {
        foreach (var history in earlier.Histories)
        {
            if (_series.TryGetValue(history.Subject, out var series))
            {
                _changes += series.Precede(history, ChangesEach);
                continue;
            }
            if (_series.Count >= options.MaxSubjects)
                continue;
            var isRemembered = history is { Points.IsEmpty: false, Changes: [.., { Reason: NotKept }] };
            if (isRemembered && isAwaited)
                _awaited[history.Subject] = [.. history.Points.Select(point => point.Key)];
            Load(isRemembered ? history : history with { Points = [], IsOutOfSight = false, Changes = Ended(history) });
        }
        SinceUnixMs = Math.Min(SinceUnixMs, earlier.SinceUnixMs);
    }

    private ImmutableArray<HealthChange> Ended(HealthHistory history) =>
        history.Points.IsEmpty || history.Changes.IsEmpty
            ? history.Changes
            : history.Changes.Add(new HealthChange(Math.Max(history.Changes[^1].AtUnixMs, SinceUnixMs == long.MaxValue ? 0 : SinceUnixMs), HealthState.Down, Missed));
}
