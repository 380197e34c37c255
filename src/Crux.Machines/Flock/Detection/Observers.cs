using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Who watches whom: in a small flock everybody everybody, in a large one whoever stands next on one of eight rings. All that hold
/// the same view agree without a word.
/// </summary>
internal sealed class Observers
{
    /// <summary>Up to this many members everybody watches everybody.</summary>
    public const int SmallFlock = 17;

    /// <summary>Of the observers, so many get beats at rest.</summary>
    public const int BeatObservers = 3;

    /// <summary>Members of which it is known who watches them; beyond it, it is looked up again.</summary>
    public const int MaxKnown = 1_024;

    private readonly FlockState _state;
    private readonly RingNeighbours _before;
    private readonly Dictionary<NetAddress, Watchers> _known = [];
    private readonly Newcomers _newcomers = new();
    private readonly List<Slot> _former = [];
    private readonly List<NetAddress> _unused = [];
    private Instant _purgeDue;
    private bool _wasSmall = true;
    private bool _changed = true;
    private int _afterVersion = -1;
    private int _beforeVersion = -1;

    public Observers(FlockState state)
    {
        _state = state;
        _before = new RingNeighbours(state.Me.Record.Salt, state.Self.Address, before: true);
        state.View.Watcher = Note;
    }

    /// <summary>Members that this node is to watch. <see cref="Slot.Rank"/> says in which place.</summary>
    public List<Slot> Subjects { get; } = [];

    /// <summary>Members that watch this node, in order.</summary>
    public NetAddress[] OfMe { get; private set; } = [];

    /// <summary>Members that get this node's beats, in turn.</summary>
    public NetAddress[] BeatTargets { get; private set; } = [];

    /// <summary>Whether everybody watches everybody.</summary>
    public bool IsSmall => _state.View.ReachableCount <= SmallFlock;

    /// <summary>Time between two beats that reach one observer.</summary>
    public TimeSpan BeatInterval => _state.Options.BeatPeriod * (IsSmall ? Math.Clamp(_state.View.ReachableCount - 1, 1, BeatObservers) / (double)BeatObservers : 1);

    /// <summary>Works the lists out again if they have changed.</summary>
    public void Refresh()
    {
        if (!_changed)
            return;
        _changed = false;
        _newcomers.Forget(_state.Now - AlarmBook.Life);
        Purge();
        if (_before.IsStale)
            _before.Rebuild(_state.View);
        var after = Entry(_state.Me.Record);
        if (!IsSmall && after.Current == OfMe && _before.Version == _beforeVersion && _afterVersion >= 0)
            return;
        (_beforeVersion, _afterVersion) = (_before.Version, 0);
        FindSubjects();
        Pin(false);
        OfMe = Of(_state.Me.Record);
        BeatTargets = IsSmall ? OfMe[..Math.Min(BeatObservers, OfMe.Length)] : OnFirstRings(_state.Me.Record);
        Pin(true);
    }

    /// <summary>The observers of a member, in the order of the rings; in a small flock all others come after those.</summary>
    public NetAddress[] Of(MemberRecord subject)
    {
        var onRings = Entry(subject).Current;
        if (!IsSmall)
            return onRings;
        var all = new List<NetAddress>(onRings);
        foreach (var member in _state.View.Reachable)
        {
            if (member.Address != subject.Address && !all.Contains(member.Address))
                all.Add(member.Address);
        }
        return [.. all];
    }

    /// <summary>Whether a member watches another, or did so in a view of the last ten seconds.</summary>
    public bool IsOne(NetAddress observer, MemberRecord subject) => IsSmall || Entry(subject).Holds(observer, _state.Now);

    private void Note(MemberRecord member, bool isHere)
    {
        if (_state.IsMe(member))
            return;
        _changed = true;
        if (isHere)
        {
            _before.Enter(member);
            _newcomers.Add(member.Salt, _state.Now);
        }
        else
        {
            _before.Leave(member);
        }
        // In no order, which doesn't matter: each is told for itself.
        foreach (var watchers in _known.Values)
            watchers.Note(member, isHere);
    }

    private Watchers Entry(MemberRecord subject)
    {
        if (!_known.TryGetValue(subject.Address, out var watchers) || watchers.Salt != subject.Salt)
        {
            if (_known.Count >= 2 * MaxKnown)
                Purge();
            _known[subject.Address] = watchers = new Watchers(subject);
        }
        watchers.UsedAt = _state.Now;
        watchers.Refresh(_state.View, _newcomers.Holds, _newcomers.Any);
        return watchers;
    }

    // Each entry costs a few comparisons with every newcomer: those of a trouble that is over must not stay.
    private void Purge()
    {
        var hasGrown = _wasSmall && !IsSmall;
        _wasSmall = IsSmall;
        if (!hasGrown && _state.Now < _purgeDue && _known.Count < MaxKnown)
            return;
        _purgeDue = _state.Now + AlarmBook.Life;
        foreach (var (address, watchers) in _known)
        {
            if (address != _state.Self.Address && (hasGrown || _known.Count >= MaxKnown || _state.Now - watchers.UsedAt >= AlarmBook.Life))
                _unused.Add(address);
        }
        foreach (var address in _unused)
            _known.Remove(address);
        _unused.Clear();
    }

    private void FindSubjects()
    {
        _former.Clear();
        _former.AddRange(Subjects);
        Subjects.Clear();
        if (IsSmall)
        {
            foreach (var member in _state.View.Reachable)
            {
                if (!_state.IsMe(member))
                    Watch(member.Address, Array.IndexOf(Of(member), _state.Self.Address));
            }
        }
        else
        {
            for (var ring = 0; ring < Ring.Count; ring++)
            {
                if (_before.On(ring) is { } subject && !Watches(subject))
                    Watch(subject, ring);
            }
        }
        foreach (var slot in _former)
        {
            if (!Subjects.Contains(slot))
                slot.Rank = Slot.NotObserved;
        }
    }

    private bool Watches(NetAddress address)
    {
        foreach (var slot in Subjects)
        {
            if (slot.Address == address)
                return true;
        }
        return false;
    }

    private void Watch(NetAddress address, int rank)
    {
        var slot = _state.View.Find(address)!;
        if (slot.Rank >= BeatObservers && rank < BeatObservers)
            slot.ObservedSince = _state.Now;
        slot.Rank = rank;
        Subjects.Add(slot);
        _state.WantNeighbourBlob(slot);
    }

    private NetAddress[] OnFirstRings(MemberRecord subject)
    {
        var current = Entry(subject).Current;
        return current[..Math.Min(BeatObservers, current.Length)];
    }

    private void Pin(bool isPinned)
    {
        foreach (var address in OfMe)
        {
            if (_state.View.Find(address) is not { } slot)
                continue;
            slot.IsPinned = isPinned;
            if (isPinned)
                _state.WantNeighbourBlob(slot);
        }
    }
}
