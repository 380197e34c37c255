using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// A node to which most others fell silent may itself be the sick one. It probes every member before it accuses any; those that
/// stay silent through all of it are then accused together.
/// </summary>
internal sealed class Inquest(FlockState state, Detector detector)
{
    /// <summary>Members probed in one round.</summary>
    public const int MaxProbesPerRound = 256;

    /// <summary>After an inquest none is opened for this long.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private Instant _openedAt;
    private Instant _next;
    private Instant _closedUntil;
    private int _rounds;
    private int _from;

    public bool IsOpen { get; private set; }

    public Instant Due => IsOpen ? _next : Instant.Never;

    public void Open()
    {
        if (IsOpen || state.Now < _closedUntil || !state.Judges)
            return;
        (IsOpen, _rounds, _openedAt, _next) = (true, 0, state.Now, state.Now);
    }

    public void Drop() => IsOpen = false;

    public void Tick()
    {
        if (!state.Judges)
            Drop();
        if (!IsOpen || state.Now < _next)
            return;
        _next = state.Now + state.Options.ProbePeriod;
        if (_rounds++ < detector.ProbesNeeded)
        {
            Round();
            return;
        }
        IsOpen = false;
        _closedUntil = state.Now + Rest;
        foreach (var slot in Silent())
            detector.RaiseAlarm(slot);
    }

    private void Round()
    {
        foreach (var slot in Silent())
            detector.Probe(slot);
    }

    // Starts where the last round ended, so that in a large view all have their turn.
    private List<Slot> Silent()
    {
        var silent = new List<Slot>();
        var members = state.View.Reachable;
        foreach (var record in members.Skip(_from).Concat(members.Take(_from)))
        {
            if (state.IsMe(record) || state.View.FindMet(record.Address) is { } met && met.HeardAt >= _openedAt)
                continue;
            silent.Add(state.View.Find(record.Address)!);
            if (silent.Count < MaxProbesPerRound)
                continue;
            _from = (_from + MaxProbesPerRound) % state.View.ReachableCount;
            break;
        }
        return silent;
    }
}
