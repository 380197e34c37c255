using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>Who watches one member, and who did so a moment ago.</summary>
internal sealed class Watchers(MemberRecord subject)
{
    /// <summary>Former observers remembered.</summary>
    public const int MaxFormer = 2 * Ring.Count;

    private readonly RingNeighbours _now = new(subject.Salt, subject.Address, before: false);
    private readonly RingNeighbours _earlier = new(subject.Salt, subject.Address, before: false);
    private readonly List<(NetAddress Who, Instant At)> _former = [];
    private int _read = -1;

    public ulong Salt => subject.Salt;

    /// <summary>When somebody last asked.</summary>
    public Instant UsedAt { get; set; }

    /// <summary>Its observers, in the order of the rings, each once.</summary>
    public NetAddress[] Current { get; private set; } = [];

    public void Note(in MemberRecord member, bool isHere)
    {
        if (isHere)
            _now.Enter(member);
        else
            _now.Leave(member);
    }

    /// <summary>Brings <see cref="Current"/> up to date.</summary>
    public void Refresh(ViewTable view, Predicate<ulong> isRecent, bool anyRecent)
    {
        if (_now.IsStale)
            _now.Rebuild(view);
        if (_read < 0 && anyRecent)
            Recall(view, isRecent);
        if (_read == _now.Version)
            return;
        _read = _now.Version;
        var before = Current;
        Current = Distinct(_now);
        foreach (var who in before)
        {
            if (Array.IndexOf(Current, who) < 0)
                Remember(who, view.Now);
        }
    }

    /// <summary>Whether a member watches the subject, or did so in a view of the last ten seconds.</summary>
    public bool Holds(NetAddress observer, Instant now) =>
        Array.IndexOf(Current, observer) >= 0 || _former.Exists(former => former.Who == observer && now - former.At < AlarmBook.Life);

    // Asked for the first time: those that watched before the newcomers of the last seconds came may not know yet that they don't any more.
    private void Recall(ViewTable view, Predicate<ulong> isRecent)
    {
        _earlier.Rebuild(view, isRecent);
        foreach (var who in Distinct(_earlier))
            Remember(who, view.Now);
    }

    private void Remember(NetAddress who, Instant now)
    {
        if (_former.Count == MaxFormer)
            _former.RemoveAt(0);
        _former.Add((who, now));
    }

    private static NetAddress[] Distinct(RingNeighbours neighbours)
    {
        var distinct = new List<NetAddress>(Ring.Count);
        for (var ring = 0; ring < Ring.Count; ring++)
        {
            if (neighbours.On(ring) is { } who && !distinct.Contains(who))
                distinct.Add(who);
        }
        return [.. distinct];
    }
}
