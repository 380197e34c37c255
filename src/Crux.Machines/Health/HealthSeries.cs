using System.Collections.Immutable;

namespace Crux.Machines.Health;

/// <summary>The history of one service on one node, as it grows.</summary>
internal sealed class HealthSeries(HealthSubject subject, string nodeName)
{
    // One, nearly always: a list is smaller than any table.
    private readonly List<KeyValuePair<string, HealthState>> _points = [];
    private readonly List<HealthChange> _changes = [];
    private RolledHistory? _rolled;

    public HealthSubject Subject => subject;

    public string NodeName { get; private set; } = nodeName;

    public bool IsOutOfSight { get; private set; }

    public bool HasPoints => _points.Count > 0;

    public int ChangeCount => _changes.Count;

    /// <summary>The points that are there.</summary>
    public IEnumerable<string> PointIds => _points.Select(point => point.Key);

    /// <summary>How it stands, and since when.</summary>
    public HealthChange Last => _changes.Count > 0 ? _changes[^1] : default;

    /// <summary>Whether this record tells something new of it.</summary>
    public bool IsNews(HealthRecord record) => record.Kind switch
    {
        HealthRecordKind.There => Find(record.InstanceId) is var index && (index < 0 || _points[index].Value != record.State),
        HealthRecordKind.Gone => Find(record.InstanceId) >= 0,
        HealthRecordKind.OutOfSight => !IsOutOfSight && HasPoints,
        _ => IsOutOfSight,
    };

    /// <summary>Takes a record; returns how many changes more there are.</summary>
    public int Take(HealthRecord record, int maxChanges)
    {
        NodeName = record.NodeName;
        var index = Find(record.InstanceId);
        if (record.Kind == HealthRecordKind.There && index < 0)
            _points.Add(new(record.InstanceId, record.State));
        else if (record.Kind == HealthRecordKind.There)
            _points[index] = new(record.InstanceId, record.State);
        else if (record.Kind == HealthRecordKind.Gone && index >= 0)
            _points.RemoveAt(index);
        IsOutOfSight = record.Kind switch { HealthRecordKind.OutOfSight => true, HealthRecordKind.InSight or HealthRecordKind.Gone => false, _ => IsOutOfSight };
        var state = HasPoints ? IsOutOfSight ? HealthState.Unknown : _points.Max(point => Rank(point.Value)).State : record.State;
        if (_changes.Count > 0 && _changes[^1].State == state)
            return 0;
        // Clocks of two leaders may differ: a history never goes back.
        var at = _changes.Count > 0 ? Math.Max(record.AtUnixMs, _changes[^1].AtUnixMs) : record.AtUnixMs;
        _changes.Add(new(at, state, state == HealthState.Up ? "" : record.Reason));
        return 1 - Fold(maxChanges);
    }

    /// <summary>Puts what another record has of the time before this one's begin in front; returns how many changes more there are.</summary>
    public int Precede(HealthHistory earlier, int maxChanges)
    {
        var from = _rolled?.FromUnixMs ?? (_changes.Count > 0 ? _changes[0].AtUnixMs : long.MaxValue);
        var older = earlier.Changes.Where(change => change.AtUnixMs < from).ToList();
        // A history that was rolled up already has no place where single changes could go.
        if (_rolled is not null || (older.Count == 0 && (earlier.Rolled is null || earlier.Rolled.UntilUnixMs > from)))
            return 0;
        var before = _changes.Count;
        if (older.Count > 0 && _changes.Count > 0 && older[^1].State == _changes[0].State)
            _changes.RemoveAt(0);
        _changes.InsertRange(0, older);
        _rolled = earlier.Rolled;
        Fold(maxChanges);
        return _changes.Count - before;
    }

    /// <summary>Drops what is older than <paramref name="before"/>, but for the state it led to; returns how many changes less there are.</summary>
    public int Forget(long before)
    {
        var count = 0;
        while (count + 1 < _changes.Count && _changes[count + 1].AtUnixMs <= before)
            count++;
        _changes.RemoveRange(0, count);
        if (_rolled?.UntilUnixMs <= before || (count > 0 && _rolled is not null))
            _rolled = null;
        return count;
    }

    /// <summary>Nobody knows how it stands from <paramref name="until"/> on; returns how many changes more there are.</summary>
    public int Close(long until, string reason)
    {
        if (!HasPoints || _changes.Count == 0)
            return 0;
        for (var i = 0; i < _points.Count; i++)
            _points[i] = new(_points[i].Key, HealthState.Unknown);
        IsOutOfSight = false;
        if (_changes[^1].State == HealthState.Unknown)
            return 0;
        _changes.Add(new(Math.Max(until, _changes[^1].AtUnixMs), HealthState.Unknown, reason));
        return 1;
    }

    public HealthHistory Export() => new(subject, NodeName, [.. _points], IsOutOfSight, _rolled, [.. _changes]);

    /// <summary>Begins with what another record holds.</summary>
    public void Load(HealthHistory history)
    {
        (NodeName, IsOutOfSight, _rolled) = (history.NodeName, history.IsOutOfSight, history.Rolled);
        _points.AddRange(history.Points);
        _changes.AddRange(history.Changes);
    }

    /// <summary>The changes after <paramref name="from"/>, and the one that was in force then.</summary>
    public ImmutableArray<HealthChange> Since(long from)
    {
        var first = _changes.FindLastIndex(change => change.AtUnixMs <= from);
        return [.. _changes.Skip(Math.Max(0, first))];
    }

    /// <summary>How many changes fell into the time from <paramref name="from"/> on, those included that were rolled up.</summary>
    public int CountSince(long from) => _changes.Count(change => change.AtUnixMs > from) + (_rolled is { } rolled && rolled.UntilUnixMs > from ? rolled.Changes : 0);

    /// <summary>Marks each of the equal pieces of a window with the states that occur in it, and tallies the window.</summary>
    public HealthTally Survey(long from, long until, Span<HealthMarks> pieces)
    {
        var tally = default(HealthTally);
        if (_rolled is { } rolled && rolled.UntilUnixMs > from)
        {
            var begin = Math.Max(from, rolled.FromUnixMs);
            tally += rolled.Tally.Share(rolled.UntilUnixMs - begin);
            Mark(begin, rolled.UntilUnixMs, rolled.Tally.Marks, from, until, pieces);
        }
        for (var i = 0; i < _changes.Count; i++)
        {
            var begin = Math.Max(from, _changes[i].AtUnixMs);
            var end = i + 1 < _changes.Count ? Math.Min(until, _changes[i + 1].AtUnixMs) : until;
            if (end <= begin)
                continue;
            tally = tally.Plus(_changes[i].State, end - begin);
            Mark(begin, end, default(HealthMarks).With(_changes[i].State), from, until, pieces);
        }
        return tally;
    }

    private static void Mark(long begin, long end, HealthMarks marks, long from, long until, Span<HealthMarks> pieces)
    {
        if (pieces.IsEmpty || until <= from)
            return;
        var first = (int)((Int128)(begin - from) * pieces.Length / (until - from));
        var last = (int)(((Int128)(end - from) * pieces.Length - 1) / (until - from));
        for (var i = first; i <= last && i < pieces.Length; i++)
            pieces[i] |= marks;
    }

    // The oldest change and the time until the next one go into what is rolled up.
    private int Fold(int maxChanges)
    {
        var folded = 0;
        for (; _changes.Count > maxChanges; folded++)
        {
            var (oldest, next) = (_changes[0], _changes[1]);
            _rolled ??= new(oldest.AtUnixMs, oldest.AtUnixMs, default, 0);
            _rolled = _rolled with
            {
                UntilUnixMs = next.AtUnixMs, Tally = _rolled.Tally.Plus(oldest.State, next.AtUnixMs - oldest.AtUnixMs), Changes = _rolled.Changes + 1,
            };
            _changes.RemoveAt(0);
        }
        return folded;
    }

    private int Find(string instanceId) => _points.FindIndex(point => point.Key == instanceId);

    // Of several processes the one that fares best says how the service fares.
    private static (int Order, HealthState State) Rank(HealthState state) => (state switch
    {
        HealthState.Up => 4, HealthState.Draining => 3, HealthState.Unknown => 2, HealthState.Down => 1, _ => 0,
    }, state);
}
