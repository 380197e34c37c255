using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Weighs alarms. Five eighths of those that could know must say that a member is silent; and where a large part of a large
/// view falls silent at once, it is the network that failed: those members are kept as unreachable.
/// </summary>
internal sealed class Jury(FlockState state, AlarmBook alarms, Observers observers, Verdicts verdicts, Inquest inquest, Survey survey, Census census)
{
    /// <summary>
    /// In a flock that could be partitioned, a member is evicted this long after its observers asked for their time. Whoever died with it
    /// is found out by then, and everybody knows: all go at once, and at about the same time everywhere.
    /// </summary>
    public static readonly TimeSpan CutWait = TimeSpan.FromMilliseconds(650);

    /// <summary>Where an observer asked everybody and nobody else is silent, the cut waits only for the verdict to spread.</summary>
    public static readonly TimeSpan SpreadWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Where more than one goes, the cut waits for this on top.</summary>
    public static readonly TimeSpan GatherWait = TimeSpan.FromMilliseconds(500);

    /// <summary>While some are alarmed on by more than one but not enough observers, verdicts wait for this on top.</summary>
    public static readonly TimeSpan MaxCutWait = TimeSpan.FromMilliseconds(900);

    /// <summary>No verdict waits for longer than this, whatever others tell.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(2500);

    /// <summary>From this part of what makes a partition on, a node finds out whether it is one before it evicts any.</summary>
    public const double ManyAtOnce = 0.5;

    /// <summary>And from so many on, however large the view.</summary>
    public const int ManyAnywhere = 24;

    private static readonly TimeSpan ReviewPeriod = TimeSpan.FromSeconds(1);

    private readonly Quorum _quorum = new(state);
    private readonly List<MemberRecord> _condemned = [];
    private readonly HashSet<(NetAddress, uint)> _spread = [];
    private Instant? _condemnedAt;
    private ulong _alarmsSeen;
    private ulong _viewSeen;
    private bool _wasAsking;
    private Instant _reviewDue;

    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>From the moment at which its observers began to ask a member to its eviction.</summary>
    public TimeSpan CutTime => CouldSplit ? state.Options.ProbeTime + CutWait : TimeSpan.Zero;

    private bool CouldSplit => state.View.LiveCount >= state.Options.PartitionMinMembers;

    private bool SeesSplit => survey.SilentPart > state.Options.PartitionFraction;

    private bool HasUnreachable => state.View.ReachableCount < state.View.LiveCount;

    public void Tick()
    {
        if (state.Now >= _reviewDue)
        {
            _reviewDue = state.Now + ReviewPeriod;
            Review();
        }
        // This node has looked for itself: whom others call unreachable and it does not hear is so.
        if (CouldSplit && SeesSplit && survey.KnowsAll)
            state.PartedUntil = Instant.Max(state.PartedUntil, state.Now + Survey.Rest);
        if (inquest.TakeParted() is { Count: > 0 } parted)
            Part(parted);
        if (alarms.IsEmpty)
        {
            Due = HasUnreachable ? _reviewDue : Instant.Never;
            return;
        }
        if (alarms.Version == _alarmsSeen && state.View.Version == _viewSeen && state.Now < Due && _wasAsking == survey.IsOpen)
            return;
        (_alarmsSeen, _viewSeen, _wasAsking) = (alarms.Version, state.View.Version, survey.IsOpen);
        alarms.Expire();
        Deliberate();
    }

    /// <summary>Gives up members that are unreachable, all or those named: an operator's word, where no majority is there to say so.</summary>
    public int AcceptLoss(IReadOnlyList<NodeId>? named = null) => Evict(TimeSpan.Zero, named);

    private void Review()
    {
        _quorum.Review();
        if (_quorum.HasBeenHereFor(state.Options.UnreachableLife) && state.Judges)
            Evict(state.Options.UnreachableLife);
    }

    private void Deliberate()
    {
        Due = state.Now + ReviewPeriod;
        var (alarmed, between, cutAt) = Count();
        if (_condemned.Count == 0)
        {
            _condemnedAt = null;
            return;
        }
        _condemnedAt ??= state.Now;
        if (CouldSplit && survey.KnowsAll)
        {
            var isLast = survey.Silent().All(record => alarms.Condemned.Contains(record.Address));
            between |= !isLast;
            if (isLast)
                cutAt = Hasten(state.Now + SpreadWait);
        }
        Spread();
        // Where some are unreachable already, one more may be the last that is found of a split.
        var isMany = CouldSplit && (HasUnreachable || (alarmed > 1 && alarmed >= Math.Min(ManyAnywhere, ManyAtOnce * state.View.LiveCount * state.Options.PartitionFraction)));
        if (isMany && !SeesSplit && !survey.IsFresh)
            survey.Open();
        verdicts.IsHeldBack = survey.IsOpen && isMany;
        var wait = Instant.Max(cutAt, _condemnedAt.Value) + (between ? MaxCutWait : TimeSpan.Zero);
        // Of a split no more than one need be proven: all that are silent are beyond it, and none of them is evicted.
        if ((state.Now >= wait || SeesSplit) && !survey.IsOpen)
            Cut(CouldSplit && IsPartition(alarmed));
        else
            Due = Instant.Min(Due, survey.IsOpen ? Instant.Max(wait, survey.Due) : wait);
    }

    private (int Alarmed, bool Between, Instant CutAt) Count()
    {
        var (alarmed, between, first, last) = (0, false, state.Now + LongestWait, new Instant(0));
        _condemned.Clear();
        alarms.Condemned.Clear();
        foreach (var address in alarms.Subjects)
        {
            if (!state.View.TryGet(address, out var record) || record.Status != RecordStatus.Alive || state.IsMe(record))
                continue;
            var (said, needed) = Weigh(record);
            alarmed += said >= Math.Min(2, needed) ? 1 : 0;
            if (said < needed || state.View.FindMet(address)?.HasJustRefuted(state) == true)
            {
                between |= said >= 2;
                continue;
            }
            _condemned.Add(record);
            alarms.Condemned.Add(address);
            var cutAt = alarms.CutAt(record);
            (first, last) = (Instant.Min(first, cutAt), Instant.Max(last, cutAt));
        }
        // The last of those that fell silent together says when; and where two did, there may be a third.
        return (alarmed, between, Instant.Min(last + (_condemned.Count > 1 ? GatherWait : TimeSpan.Zero), first + MaxCutWait));
    }

    // All that fell silent are those on whom the alarms suffice: there is nobody to wait for.
    private Instant Hasten(Instant at)
    {
        var last = new Instant(0);
        foreach (var record in _condemned)
        {
            alarms.Hasten(record, at);
            last = Instant.Max(last, alarms.CutAt(record));
        }
        return last;
    }

    private void Spread()
    {
        if (observers.IsSmall || survey.IsOpen || SeesSplit)
            return;
        foreach (var record in _condemned)
        {
            if (_spread.Add((record.Address, record.Incarnation)))
                verdicts.Spread(alarms.Prove(record));
        }
    }

    // An observer that is itself silent can't speak, so it is not waited for: two that die at once must not hide each other.
    private (int Said, int Needed) Weigh(MemberRecord subject)
    {
        var (able, isMine) = (0, false);
        foreach (var watcher in observers.Of(subject))
        {
            isMine |= watcher == state.Self.Address;
            able += IsSilent(watcher) ? 0 : 1;
        }
        var said = alarms.CountOn(subject);
        if (able == 0)
            return (said, 1);
        // This node's own word counts where it watches the subject; elsewhere it only says whom not to wait for.
        return (said - (!isMine && alarms.IsAlarmedBy(subject, state.Self.Address) ? 1 : 0), ((5 * able) + 7) / 8);
    }

    // Only its own observers can say so: else any two members could silence all that watch a third.
    private bool IsSilent(NetAddress watcher) =>
        watcher != state.Self.Address && state.View.TryGet(watcher, out var record)
        && (alarms.IsAlarmedBy(record, state.Self.Address) || alarms.CountOn(record) >= 2 || (CouldSplit && SeesSplit && survey.Finds(watcher)));

    // By the alarms that are here; or by what this node found when it asked around, as every observer does before it alarms.
    private bool IsPartition(int alarmed)
    {
        var unreachable = state.View.LiveCount - state.View.ReachableCount;
        return alarmed + unreachable > state.Options.PartitionFraction * state.View.LiveCount
            || SeesSplit;
    }

    private void Cut(bool isPartition)
    {
        _condemnedAt = null;
        if (isPartition)
        {
            verdicts.Drop();
            Part([.. _condemned.Union(survey.Silent())]);
            return;
        }
        // In a large flock everybody cuts at the same time by what all were sent: the record need not be told as well.
        foreach (var record in _condemned)
            census.Apply(record with { Status = RecordStatus.Evicted }, state.Self.Address, spread: observers.IsSmall);
        Forget();
    }

    private void Part(IReadOnlyCollection<MemberRecord> members)
    {
        state.PartedUntil = state.Now + Survey.FindingLife;
        foreach (var record in members)
            census.Apply(record with { Status = RecordStatus.Unreachable }, state.Self.Address, spread: true);
        state.Raise(new PartitionSeen(state.View.LiveCount - state.View.ReachableCount, state.View.LiveCount));
        Forget();
    }

    private void Forget()
    {
        _condemned.Clear();
        alarms.Condemned.Clear();
        _spread.Clear();
    }

    private int Evict(TimeSpan after, IReadOnlyList<NodeId>? named = null)
    {
        _condemned.Clear();
        foreach (var block in state.View.Blocks)
        {
            if (block.ReachableCount == block.LiveCount || state.Now - block.PartedAt < after)
                continue;
            for (var slot = block.Live.Next(0); slot >= 0; slot = block.Live.Next(slot + 1))
            {
                if (!block.Reachable.Has(slot) && (named is null || (block.BlobAt(slot) is { } blob && named.Contains(blob.Id))))
                    _condemned.Add(block[slot]);
            }
        }
        foreach (var record in _condemned)
            census.Apply(record with { Status = RecordStatus.Evicted }, state.Self.Address, spread: true);
        var count = _condemned.Count;
        Forget();
        return count;
    }
}
