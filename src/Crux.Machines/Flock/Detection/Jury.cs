using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Weighs alarms. Five eighths of those that could know must say that a member is silent; and where a large part of a large
/// view falls silent at once, it is the network that failed: those members are kept as unreachable.
/// </summary>
internal sealed class Jury(FlockState state, AlarmBook alarms, Observers observers, Census census)
{
    /// <summary>
    /// In a flock that could be partitioned, the first verdict waits for others like it: a beat period, because silence is
    /// noticed at a different time in each.
    /// </summary>
    public static readonly TimeSpan CutWait = TimeSpan.FromMilliseconds(1100);

    /// <summary>While some are alarmed on by more than one but not enough observers, verdicts wait for at most this.</summary>
    public static readonly TimeSpan MaxCutWait = TimeSpan.FromMilliseconds(2000);

    private static readonly TimeSpan ReviewPeriod = TimeSpan.FromSeconds(1);

    private readonly List<Slot> _condemned = [];
    private ulong _alarmsSeen;
    private ulong _viewSeen;
    private Instant? _cutSince;
    private Instant _reviewDue;

    public Instant Due { get; private set; } = Instant.Never;

    public void Tick()
    {
        if (state.Now >= _reviewDue)
        {
            _reviewDue = state.Now + ReviewPeriod;
            EvictUnreachable();
        }
        if (alarms.IsEmpty || (alarms.Version == _alarmsSeen && state.View.Version == _viewSeen && state.Now < Due))
        {
            Due = alarms.IsEmpty ? HasUnreachable ? _reviewDue : Instant.Never : Due;
            return;
        }
        (_alarmsSeen, _viewSeen) = (alarms.Version, state.View.Version);
        alarms.Expire();
        Deliberate();
    }

    private bool HasUnreachable => state.View.ReachableCount < state.View.LiveCount;

    private void Deliberate()
    {
        Due = state.Now + ReviewPeriod;
        var (alarmed, between) = Count();
        if (_condemned.Count == 0)
        {
            _cutSince = null;
            return;
        }
        _cutSince ??= state.Now;
        var couldSplit = state.View.LiveCount >= state.Options.PartitionMinMembers;
        // Half way to a partition it may become one: who judges part by part evicts what it should keep.
        var isMany = couldSplit && 2 * alarmed > state.Options.PartitionFraction * state.View.LiveCount;
        var wait = between || isMany ? MaxCutWait : couldSplit ? CutWait : TimeSpan.Zero;
        if (state.Now - _cutSince.Value < wait)
        {
            Due = _cutSince.Value + wait;
            return;
        }
        _cutSince = null;
        var unreachable = state.View.LiveCount - state.View.ReachableCount;
        var isPartition = couldSplit && alarmed + unreachable > state.Options.PartitionFraction * state.View.LiveCount;
        foreach (var slot in _condemned)
            census.Apply(slot.Record with { Status = isPartition ? RecordStatus.Unreachable : RecordStatus.Evicted }, state.Self.Address, spread: true);
        if (isPartition)
            state.Raise(new PartitionSeen(unreachable + _condemned.Count, state.View.LiveCount));
    }

    private (int Alarmed, bool Between) Count()
    {
        var (alarmed, between) = (0, false);
        _condemned.Clear();
        foreach (var address in alarms.Subjects)
        {
            if (state.View.FindLive(address) is not { Record.Status: RecordStatus.Alive } slot || state.IsMe(slot))
                continue;
            var (said, needed) = Weigh(slot);
            if (said >= needed && !slot.HasJustRefuted(state))
                _condemned.Add(slot);
            else
                between |= said >= 2;
            alarmed += said >= Math.Min(2, needed) ? 1 : 0;
        }
        return (alarmed, between);
    }

    // An observer that is itself silent can't speak, so it is not waited for: two that die at once must not hide each other.
    private (int Said, int Needed) Weigh(Slot subject)
    {
        var (able, said) = (0, 0);
        foreach (var watcher in observers.Of(subject))
        {
            if (IsSilent(watcher))
                continue;
            able++;
            said += alarms.IsAlarmedBy(subject, watcher) ? 1 : 0;
        }
        return able == 0 ? (alarms.CountOn(subject), 1) : (said, ((5 * able) + 7) / 8);
    }

    // Only its own observers can say so: else any two members could silence all that watch a third.
    private bool IsSilent(Slot watcher) =>
        !state.IsMe(watcher) && (alarms.IsAlarmedBy(watcher, state.Me) || alarms.CountOfObserversOn(watcher) >= 2);

    private void EvictUnreachable()
    {
        if (!HasUnreachable || state.View.ReachableCount * 2 <= state.View.LiveCount)
            return;
        _condemned.Clear();
        foreach (var block in state.View.Blocks)
        {
            if (block.ReachableCount == block.LiveCount || state.Now - block.PartedAt < state.Options.UnreachableLife)
                continue;
            for (var slot = block.Live.Next(0); slot >= 0; slot = block.Live.Next(slot + 1))
            {
                if (!block.Reachable.Has(slot))
                    _condemned.Add(state.View.Find(block.Id.Slot((byte)slot))!);
            }
        }
        foreach (var slot in _condemned)
            census.Apply(slot.Record with { Status = RecordStatus.Evicted }, state.Self.Address, spread: true);
    }
}
