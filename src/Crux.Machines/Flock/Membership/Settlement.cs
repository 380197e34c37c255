using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Scan;

namespace Crux.Machines.Flock.Membership;

/// <summary>Decides when the view has stood still long enough to act on.</summary>
internal sealed class Settlement(FlockState state, Census census, Scanner scanner, Detector detector)
{
    private readonly Instant _startedAt = state.Now;
    private bool _isCovered;

    public Instant Due => state.IsSettled || detector.DoubtCount > 0 || !_isCovered ? Instant.Never : QuietAt;

    private Instant QuietAt => Instant.Max(census.ChangedAt + state.Options.SettleTime, state.AbstainsUntil);

    /// <summary>A settled member holds the very same view: what it has covered need not be covered again.</summary>
    public void Vouch() => _isCovered = true;

    public void Tick()
    {
        _isCovered |= scanner.Coverage >= 1;
        var isSettled = _isCovered && detector.DoubtCount == 0 && state.Now >= QuietAt;
        if (isSettled == state.IsSettled)
            return;
        state.IsSettled = isSettled;
        state.Raise(isSettled
            ? new ViewSettled(state.View.LiveCount, state.Now - _startedAt)
            : new ViewUnsettled(state.View.LiveCount));
    }
}
