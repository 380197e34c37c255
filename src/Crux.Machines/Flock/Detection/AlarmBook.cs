using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>The alarms in force, each checked once, by subject.</summary>
internal sealed class AlarmBook(FlockState state, Observers observers)
{
    /// <summary>How long an alarm counts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>Alarms kept on one subject: more than a small flock has members, and than a large one has observers of one.</summary>
    public const int MaxPerSubject = 24;

    /// <summary>Subjects with alarms kept at once.</summary>
    public const int MaxSubjects = 16_384;

    private readonly SortedDictionary<NetAddress, List<Entry>> _bySubject = [];
    private readonly SortedDictionary<NetAddress, (uint Incarnation, Instant At)> _sooner = [];

    /// <summary>Changes whenever an alarm comes in or is taken back.</summary>
    public ulong Version { get; private set; }

    public bool IsEmpty => _bySubject.Count == 0;

    /// <summary>Subjects that have alarms, by address.</summary>
    public IEnumerable<NetAddress> Subjects => _bySubject.Keys;

    /// <summary>Members on whom the alarms suffice, and who go with the next cut: what others say of their end changes nothing any more.</summary>
    public HashSet<NetAddress> Condemned { get; } = [];

    /// <summary>Takes another's alarm on a member that may go at <paramref name="cutAt"/>.</summary>
    public AlarmFinding Add(Alarm alarm, Instant cutAt)
    {
        if (!state.View.TryGet(alarm.Subject, out var subject) || !subject.IsLive || !alarm.IsOf(subject) || !state.View.IsLive(alarm.Observer))
            return AlarmFinding.Refused;
        // Cheap things first: where everybody alarms on everybody, most of it changes nothing and must not cost a check.
        var list = _bySubject.GetValueOrDefault(alarm.Subject);
        var place = list?.FindIndex(entry => entry.Alarm.Observer == alarm.Observer) ?? -1;
        // What was checked is renewed by the very same words only.
        if (place >= 0 && list![place].Alarm.IsOf(subject) && list[place].Alarm.Signature.Span.SequenceEqual(alarm.Signature.Span))
        {
            list[place] = list[place] with { At = state.Now };
            return AlarmFinding.Refused;
        }
        if (!observers.IsOne(alarm.Observer, subject) || alarm.Observer == state.Self.Address)
            return AlarmFinding.Refused;
        if (state.View.BlobOf(alarm.Observer) is not { } blob)
            return AlarmFinding.Unproven;
        if (alarm.IsSignedRight(state, blob) != true)
            return AlarmFinding.Refused;
        return Put(alarm, cutAt) ? AlarmFinding.Taken : AlarmFinding.Refused;
    }

    /// <summary>Takes this node's own alarm.</summary>
    public void AddOwn(Alarm alarm, Instant cutAt) => Put(alarm, cutAt);

    /// <summary>Whether this node, or one that watches the slot, alarms on this life of it.</summary>
    public bool IsDoubted(MemberRecord subject) => CountOn(subject) > 0;

    /// <summary>How many members alarm on this life of the slot.</summary>
    public int CountOn(MemberRecord subject)
    {
        var count = 0;
        if (_bySubject.TryGetValue(subject.Address, out var list))
        {
            foreach (var entry in list)
                count += Counts(entry, subject) ? 1 : 0;
        }
        return count;
    }

    public bool IsAlarmedBy(MemberRecord subject, NetAddress observer)
    {
        if (_bySubject.TryGetValue(subject.Address, out var list))
        {
            foreach (var entry in list)
            {
                if (entry.Alarm.Observer == observer && Counts(entry, subject))
                    return true;
            }
        }
        return false;
    }

    /// <summary>When a member may go on whom the alarms suffice: the one that heard it last says, or who knows that it is the last one.</summary>
    public Instant CutAt(MemberRecord subject)
    {
        if (_sooner.TryGetValue(subject.Address, out var sooner) && sooner.Incarnation == subject.Incarnation)
            return sooner.At;
        var at = new Instant(0);
        foreach (var entry in _bySubject.GetValueOrDefault(subject.Address) ?? [])
            at = Counts(entry, subject) ? Instant.Max(at, entry.CutAt) : at;
        return at;
    }

    /// <summary>A member on whom the alarms suffice goes at that time, if it would have gone later: nobody else is silent.</summary>
    public void Hasten(MemberRecord subject, Instant at)
    {
        if (!_bySubject.ContainsKey(subject.Address) || CutAt(subject) <= at)
            return;
        _sooner[subject.Address] = (subject.Incarnation, at);
        Version++;
    }

    /// <summary>What proves to others that this life is over.</summary>
    public Verdict Prove(MemberRecord subject)
    {
        var alarms = new List<Alarm>();
        foreach (var entry in _bySubject.GetValueOrDefault(subject.Address) ?? [])
        {
            if (Counts(entry, subject) && !entry.Alarm.Signature.IsEmpty && alarms.Count < Verdict.MaxAlarms)
                alarms.Add(entry.Alarm);
        }
        var isLast = _sooner.TryGetValue(subject.Address, out var sooner) && sooner.Incarnation == subject.Incarnation;
        return new Verdict(subject, CutAt(subject), alarms, isLast);
    }

    /// <summary>This node takes its alarm back: the subject was heard.</summary>
    public void Withdraw(NetAddress subject)
    {
        if (_bySubject.TryGetValue(subject, out var list) && list.RemoveAll(entry => entry.Alarm.Observer == state.Self.Address) > 0)
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
            var isLive = state.View.TryGet(address, out var record) && record.IsLive;
            list.RemoveAll(entry => !isLive || !Counts(entry, record));
            if (list.Count == 0)
                (empty ??= []).Add(address);
        }
        foreach (var address in empty ?? [])
        {
            _bySubject.Remove(address);
            _sooner.Remove(address);
        }
    }

    private bool Put(Alarm alarm, Instant cutAt)
    {
        if (!_bySubject.TryGetValue(alarm.Subject, out var list))
        {
            if (_bySubject.Count == MaxSubjects)
                return false;
            _bySubject[alarm.Subject] = list = [];
        }
        list.RemoveAll(entry => entry.Alarm.Observer == alarm.Observer);
        if (list.Count == MaxPerSubject)
            list.RemoveAt(0);
        list.Add(new Entry(alarm, state.Now, cutAt));
        Version++;
        return true;
    }

    private bool Counts(Entry entry, MemberRecord subject) => entry.Alarm.IsOf(subject) && state.Now - entry.At < Life;

    private readonly record struct Entry(Alarm Alarm, Instant At, Instant CutAt);
}
