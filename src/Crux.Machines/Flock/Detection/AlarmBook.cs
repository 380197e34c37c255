using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>The alarms in force, each checked once, by subject.</summary>
internal sealed class AlarmBook(FlockState state, Observers observers)
{
    /// <summary>How long an alarm counts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>Alarms kept on one subject: twice what could ever be needed.</summary>
    public const int MaxPerSubject = 2 * Observers.MaxObservers;

    /// <summary>Alarms taken on one subject from members that don't watch it.</summary>
    public const int MaxOutsiders = 2;

    /// <summary>Subjects with alarms kept at once.</summary>
    public const int MaxSubjects = 16_384;

    private readonly SortedDictionary<NetAddress, List<(Alarm Alarm, Instant At)>> _bySubject = [];

    /// <summary>Changes whenever an alarm comes in.</summary>
    public ulong Version { get; private set; }

    public bool IsEmpty => _bySubject.Count == 0;

    /// <summary>Subjects that have alarms, by address.</summary>
    public IEnumerable<NetAddress> Subjects => _bySubject.Keys;

    /// <summary>Takes an alarm; false where it is old, known, unproven or too many.</summary>
    public bool Add(Alarm alarm)
    {
        if (state.View.FindLive(alarm.Subject) is not { } subject || !alarm.IsOf(subject.Record)
            || state.View.FindLive(alarm.Observer) is not { Blob: { } blob } observer)
            return false;
        if (!_bySubject.TryGetValue(alarm.Subject, out var list))
        {
            if (_bySubject.Count == MaxSubjects)
                return false;
            list = [];
        }
        var place = list.FindIndex(entry => entry.Alarm.Observer == alarm.Observer);
        // Cheap things first: where everybody alarms on everybody, most of it changes nothing and must not cost a check.
        if (place < 0 && !HasRoom(list, subject, observer))
            return false;
        if (!state.IsMe(observer) && alarm.IsSignedRight(state, blob) != true)
            return false;
        _bySubject[alarm.Subject] = list;
        if (place < 0)
        {
            MakeRoom(list, subject);
            list.Add((alarm, state.Now));
            Version++;
            return true;
        }
        var isNews = list[place].Alarm.Incarnation != alarm.Incarnation || list[place].Alarm.Salt != alarm.Salt;
        list[place] = (alarm, state.Now);
        if (isNews)
            Version++;
        return isNews;
    }

    /// <summary>Whether this node, or one that watches the slot, alarms on this life of it.</summary>
    public bool IsDoubted(Slot subject) => CountOfObserversOn(subject) > 0 || IsAlarmedBy(subject, state.Me);

    /// <summary>How many of those that watch the slot alarm on this life of it.</summary>
    public int CountOfObserversOn(Slot subject)
    {
        if (!_bySubject.TryGetValue(subject.Address, out var list))
            return 0;
        var count = 0;
        foreach (var (alarm, at) in list)
            count += Counts(alarm, at, subject) && IsWatchedBy(subject, alarm.Observer) ? 1 : 0;
        return count;
    }

    /// <summary>How many members alarm on this life of the slot.</summary>
    public int CountOn(Slot subject)
    {
        var count = 0;
        if (_bySubject.TryGetValue(subject.Address, out var list))
        {
            foreach (var (alarm, at) in list)
                count += Counts(alarm, at, subject) ? 1 : 0;
        }
        return count;
    }

    public bool IsAlarmedBy(Slot subject, Slot observer)
    {
        if (_bySubject.TryGetValue(subject.Address, out var list))
        {
            foreach (var (alarm, at) in list)
            {
                if (alarm.Observer == observer.Address && Counts(alarm, at, subject))
                    return true;
            }
        }
        return false;
    }

    /// <summary>This node takes its alarm back: the subject was heard.</summary>
    public void Withdraw(Slot subject)
    {
        if (_bySubject.TryGetValue(subject.Address, out var list) && list.RemoveAll(entry => entry.Alarm.Observer == state.Self.Address) > 0)
            Version++;
    }

    /// <summary>This node takes back everything it said.</summary>
    public void WithdrawAll()
    {
        foreach (var list in _bySubject.Values)
            list.RemoveAll(entry => entry.Alarm.Observer == state.Self.Address);
        Version++;
    }

    /// <summary>Forgets alarms that are old or speak of what is gone.</summary>
    public void Expire()
    {
        List<NetAddress>? empty = null;
        foreach (var (address, list) in _bySubject)
        {
            var slot = state.View.FindLive(address);
            list.RemoveAll(entry => slot is null || !Counts(entry.Alarm, entry.At, slot));
            if (list.Count == 0)
                (empty ??= []).Add(address);
        }
        foreach (var address in empty ?? [])
            _bySubject.Remove(address);
    }

    // In a partition everybody alarms on everybody: what those say who watch the subject is enough, and two more for where none of
    // those can speak. This node's own word always has a place.
    private bool HasRoom(List<(Alarm Alarm, Instant At)> list, Slot subject, Slot observer)
    {
        if (state.IsMe(observer) || observers.IsOne(observer, subject))
            return true;
        return Outsiders(list, subject) < MaxOutsiders;
    }

    private void MakeRoom(List<(Alarm Alarm, Instant At)> list, Slot subject)
    {
        if (list.Count < MaxPerSubject)
            return;
        var outsider = list.FindIndex(entry => !IsWatchedBy(subject, entry.Alarm.Observer));
        list.RemoveAt(Math.Max(outsider, 0));
    }

    private int Outsiders(List<(Alarm Alarm, Instant At)> list, Slot subject)
    {
        var count = 0;
        foreach (var (alarm, _) in list)
            count += IsWatchedBy(subject, alarm.Observer) ? 0 : 1;
        return count;
    }

    private bool IsWatchedBy(Slot subject, NetAddress observer) => Array.Exists(observers.Of(subject), watcher => watcher.Address == observer);

    private bool Counts(Alarm alarm, Instant at, Slot subject) => alarm.IsOf(subject.Record) && state.Now - at < Life;
}
