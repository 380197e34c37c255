namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Whether this side of a partition may give the other one up. For now by count: more than half of the view as it was when the first fell
/// silent. Once there are voters, theirs is the majority that counts, and this is where to ask them.
/// </summary>
internal sealed class Quorum(FlockState state)
{
    /// <summary>
    /// Whoever was evicted so shortly before the others were found unreachable fell silent with them. Not counting those, what is left of
    /// two equal halves is a majority.
    /// </summary>
    public static readonly TimeSpan OneBlow = Survey.FindingLife;

    private Instant? _splitAt;
    private Instant? _hereSince;

    /// <summary>Looks anew; to be called each second. Without anybody unreachable there is nothing to decide.</summary>
    public void Review()
    {
        var view = state.View;
        if (view.ReachableCount == view.LiveCount)
        {
            (_splitAt, _hereSince) = (null, null);
            return;
        }
        _splitAt ??= state.Now;
        if (view.ReachableCount * 2 > view.LiveCount + view.EvictedSince(_splitAt.Value - OneBlow))
            _hereSince ??= state.Now;
        else
            _hereSince = null;
    }

    /// <summary>
    /// Whether a majority has been here for so long. Where a split heals, the first that come back make a majority of a half: then the others
    /// are about to.
    /// </summary>
    public bool HasBeenHereFor(TimeSpan time) => _hereSince is { } since && state.Now - since >= time;
}
