using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Scan;

namespace Crux.Machines.Flock.Membership;

/// <summary>Decides when the view has stood still long enough to act on.</summary>
internal sealed class Settlement(FlockState state, Census census, Scanner scanner, Detector detector)
{
    /// <summary>Others that have to show the very same view since it last changed, where there are as many.</summary>
    public const int MinAgreeing = 3;

    private readonly Instant _startedAt = state.Now;
    private readonly List<NetAddress> _agreeing = [];
    private ulong _agreedOn;

    public Instant Due => state.IsSettled || detector.DoubtCount > 0 || !state.IsCovered || (state.Now >= QuietAt && !IsAgreed) ? Instant.Never : QuietAt;

    private Instant QuietAt => Instant.Max(census.ChangedAt + state.Options.SettleTime, state.AbstainsUntil);

    // In a view once settled, a death or a newcomer is told of at once: what was agreed on before needs no second vote.
    private bool IsAgreed => state.IsSettled || _agreeing.Count >= Math.Min(MinAgreeing, state.View.ReachableCount - 1);

    /// <summary>A member holds the very same view. If it is settled too, what it has covered need not be covered again.</summary>
    public void Agree(MemberRecord peer, ViewSummary theirs)
    {
        state.IsCovered |= theirs.IsSettled;
        Forget();
        if (_agreeing.Count < MinAgreeing && !_agreeing.Contains(peer.Address))
            _agreeing.Add(peer.Address);
    }

    public void Tick()
    {
        Forget();
        state.IsCovered |= scanner.Coverage >= 1;
        var isQuiet = state.IsCovered && detector.DoubtCount == 0 && state.Now >= QuietAt;
        var isSettled = isQuiet && IsAgreed;
        // Beats may come from fewer members than have to agree.
        state.SeeksAgreement = isQuiet && !isSettled;
        if (isSettled == state.IsSettled)
            return;
        state.IsSettled = isSettled;
        state.Raise(isSettled
            ? new ViewSettled(state.View.LiveCount, state.Now - _startedAt)
            : new ViewUnsettled(state.View.LiveCount));
    }

    private void Forget()
    {
        if (_agreedOn == state.View.Hash)
            return;
        _agreedOn = state.View.Hash;
        _agreeing.Clear();
    }
}
