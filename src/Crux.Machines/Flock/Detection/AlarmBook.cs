using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>The alarms in force, each checked once, by subject.</summary>
internal sealed class AlarmBook(FlockState state, Observers observers)
{
    /// <summary>How long an alarm counts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>Alarms kept on one subject: twice what could ever be needed.</summary>
    public const int MaxPerSubject = 2 * Observers.MaxObservers;

    /// <summary>Subjects with alarms kept at once.</summary>
    public const int MaxSubjects = 16_384;

    private readonly SortedDictionary<NetAddress, List<(Alarm Alarm, Instant At)>> _bySubject = [];
    private readonly List<Slot> _watchers = [];

    /// <summary>Changes whenever an alarm comes in.</summary>
    public ulong Version { get; private set; }

    public bool IsEmpty => _bySubject.Count == 0;

    /// <summary>Subjects that have alarms, by address.</summary>
    public IEnumerable<NetAddress> Subjects => _bySubject.Keys;

    /// <summary>Takes an alarm; false where it is old, unknown, unproven or too many.</summary>
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
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Alarm.Observer != alarm.Observer)
                continue;
            var isNews = list[i].Alarm.Incarnation != alarm.Incarnation || list[i].Alarm.Salt != alarm.Salt;
            if (isNews && !state.IsMe(observer) && !alarm.IsSignedRight(state, blob))
                return false;
            list[i] = (alarm, state.Now);
            Version++;
            return isNews;
        }
        if ((!state.IsMe(observer) && !alarm.IsSignedRight(state, blob)) || !HasRoom(list, subject, observer))
            return false;
        list.Add((alarm, state.Now));
        _bySubject[alarm.Subject] = list;
        Version++;
        return true;
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

    // In a partition everybody alarms on everybody: those who watch the subject must not be crowded out by those who don't.
    private bool HasRoom(List<(Alarm Alarm, Instant At)> list, Slot subject, Slot observer)
    {
        if (list.Count < MaxPerSubject)
            return true;
        observers.Of(subject, _watchers);
        var outsider = list.FindIndex(entry => !_watchers.Exists(watcher => watcher.Address == entry.Alarm.Observer));
        if (outsider < 0 || !_watchers.Contains(observer))
            return false;
        list.RemoveAt(outsider);
        return true;
    }

    private bool Counts(Alarm alarm, Instant at, Slot subject) => alarm.IsOf(subject.Record) && state.Now - at < Life;
}
