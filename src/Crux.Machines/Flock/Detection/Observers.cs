using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>Who watches whom: the members that hash highest for a subject. All that hold the same view agree without a word.</summary>
internal sealed class Observers(FlockState state)
{
    /// <summary>Observers of each member, in a flock large enough. Few watch, and more than one fault is needed to deceive them.</summary>
    public const int MaxObservers = 8;

    /// <summary>Of these, so many get a beat at rest.</summary>
    public const int BeatObservers = 3;

    private readonly List<(ulong Score, Slot Slot)> _best = [];
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
        foreach (var slot in Subjects)
        {
            if (slot.Record.Status != RecordStatus.Alive)
                slot.Rank = Slot.NotObserved;
        }
        Subjects.Clear();
        foreach (var slot in state.View.Reachable)
        {
            if (state.IsMe(slot))
                continue;
            var before = slot.Rank;
            slot.Rank = RankOfMe(slot);
            if (slot.Rank >= MaxObservers)
                continue;
            if (before >= BeatObservers && slot.Rank < BeatObservers)
                slot.ObservedSince = state.Now;
            Subjects.Add(slot);
        }
        OfMe = Of(state.Me);
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
        foreach (var slot in state.View.Reachable)
        {
            if (ReferenceEquals(slot, subject))
                continue;
            var score = Score(subject, slot);
            var place = _best.Count;
            while (place > 0 && _best[place - 1].Score < score)
                place--;
            if (place >= MaxObservers)
                continue;
            if (_best.Count == MaxObservers)
                _best.RemoveAt(MaxObservers - 1);
            _best.Insert(place, (score, slot));
        }
        return _of[subject.Address] = [.. _best.Select(entry => entry.Slot)];
    }

    public bool IsOne(Slot observer, Slot subject) => Array.IndexOf(Of(subject), observer) >= 0;

    private int RankOfMe(Slot subject)
    {
        var mine = Score(subject, state.Me);
        var rank = 0;
        foreach (var slot in state.View.Reachable)
        {
            if (ReferenceEquals(slot, subject) || state.IsMe(slot) || Score(subject, slot) < mine)
                continue;
            if (++rank == MaxObservers)
                return Slot.NotObserved;
        }
        return rank;
    }

    private static ulong Score(Slot subject, Slot observer) => Mix.Two(subject.Key, observer.Key);
}
