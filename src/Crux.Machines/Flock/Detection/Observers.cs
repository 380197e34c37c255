using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>Who watches whom: the members that hash highest for a subject. All that hold the same view agree without a word.</summary>
internal sealed class Observers(FlockState state)
{
    /// <summary>Observers of each member, in a flock large enough. Few watch, and more than one fault is needed to deceive them.</summary>
    public const int MaxObservers = 8;

    /// <summary>Of these, so many get a beat at rest.</summary>
    public const int BeatObservers = 3;

    private readonly List<Slot> _before = [];
    private readonly List<(ulong Score, MemberRecord Record)> _best = [];
    private readonly Dictionary<NetAddress, Slot[]> _of = [];
    private ulong _version = ulong.MaxValue;
    private ulong _ofVersion = ulong.MaxValue;

    /// <summary>Members that this node is to watch.</summary>
    public List<Slot> Subjects { get; } = [];

    /// <summary>Members that watch this node, the highest first.</summary>
    public Slot[] OfMe { get; private set; } = [];

    /// <summary>Works the lists out again if the view has changed.</summary>
    public void Refresh()
    {
        if (_version == state.View.Version)
            return;
        _version = state.View.Version;
        _before.Clear();
        _before.AddRange(Subjects);
        Subjects.Clear();
        foreach (var record in state.View.Reachable)
        {
            if (state.IsMe(record) || RankOfMe(record) is var rank && rank >= MaxObservers)
                continue;
            var slot = state.View.Find(record.Address)!;
            if (slot.Rank >= BeatObservers && rank < BeatObservers)
                slot.ObservedSince = state.Now;
            slot.Rank = rank;
            Subjects.Add(slot);
            state.WantBlob(slot);
        }
        foreach (var slot in _before)
        {
            if (!Subjects.Contains(slot))
                slot.Rank = Slot.NotObserved;
        }
        foreach (var slot in OfMe)
            slot.IsPinned = false;
        OfMe = Of(state.Me);
        foreach (var slot in OfMe)
        {
            slot.IsPinned = true;
            state.WantBlob(slot);
        }
        state.Me.IsPinned = true;
    }

    /// <summary>The observers of a member, the highest first.</summary>
    public Slot[] Of(Slot subject)
    {
        if (_ofVersion != state.View.Version)
        {
            _ofVersion = state.View.Version;
            _of.Clear();
        }
        if (_of.TryGetValue(subject.Address, out var known))
            return known;
        _best.Clear();
        foreach (var record in state.View.Reachable)
        {
            if (record.Address == subject.Address)
                continue;
            var score = Score(subject.Key, record);
            var place = _best.Count;
            while (place > 0 && _best[place - 1].Score < score)
                place--;
            if (place >= MaxObservers)
                continue;
            if (_best.Count == MaxObservers)
                _best.RemoveAt(MaxObservers - 1);
            _best.Insert(place, (score, record));
        }
        return _of[subject.Address] = [.. _best.Select(entry => state.View.Find(entry.Record.Address)!)];
    }

    public bool IsOne(Slot observer, Slot subject) => Array.IndexOf(Of(subject), observer) >= 0;

    private int RankOfMe(MemberRecord subject)
    {
        var key = Slot.KeyOf(subject);
        var mine = Score(key, state.Me.Record);
        var rank = 0;
        foreach (var record in state.View.Reachable)
        {
            if (record.Address == subject.Address || state.IsMe(record) || Score(key, record) < mine)
                continue;
            if (++rank == MaxObservers)
                return Slot.NotObserved;
        }
        return rank;
    }

    private static ulong Score(ulong subject, MemberRecord observer) => Mix.Two(subject, Slot.KeyOf(observer));
}
