using Crux.Machines.Flock.Election.Fenced;

namespace Crux.Machines.Flock.Election;

/// <summary>When the provisional leader begins a lineage: as soon as its view has settled and it knows enough voters, later where it is alone.</summary>
internal sealed class Founding(FlockState state, Leadership leadership, FencedElection election, VoterRoll roll)
{
    /// <summary>Time between two looks whether enough members are known.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a node that finds nobody waits before it founds a lineage of its own: in a moment it may be found by others.</summary>
    public static readonly TimeSpan LoneGrace = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two foundings by one node.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private Instant _due;
    private Instant? _aloneSince;

    /// <summary>When the next try is due.</summary>
    public Instant Due => IsWanted ? _due : Instant.Never;

    private bool IsWanted => leadership.IsMine && !state.Claim!.IsFenced && state.IsSettled && !election.Memory.IsBorn;

    public void Tick()
    {
        // Two claimed at the same moment, and the other prevailed: whom everybody follows by now is elected, and not who asked first.
        if (!leadership.IsMine && state.Claim is not null)
            election.GiveUpFounding(state.Now);
        if (!IsWanted || state.View.ReachableCount > 1)
            _aloneSince = null;
        else if (_aloneSince is null)
            (_aloneSince, _due) = (state.Now, Instant.Max(_due, state.Now + LoneGrace));
        if (!IsWanted || state.Now < _due)
            return;
        _due = state.Now + LookPeriod;
        if (!roll.TryChoose(out var lineage, out var voters))
            return;
        _due = state.Now + Period;
        election.Found(state.Now, lineage, state.Claim!.Term, voters);
    }
}
