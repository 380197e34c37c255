using System.Collections.Immutable;
using Crux.Machines.Health;

namespace Crux.Machines.Registry;

/// <summary>
/// A node's registry: its own entries from the heartbeater's verdicts, a cache of what the steward pushes for the selectors that
/// are followed here, and the answers made of both. It works without a steward; nothing is forgotten because a new one does not
/// know it yet.
/// </summary>
public sealed class ReeveMachine
{
    private readonly ReeveOptions _options;
    private readonly OwnEntries _own = new();
    private readonly EntryCache _cache = new();
    private readonly InterestTable _interests = new();
    private readonly TokenGate _gate = new();
    private readonly Standby _standby = new();
    private readonly StewardReports _reports;
    private readonly UpdateIntake _intake;
    private readonly RefreshPlan _refresh;
    // Whose entries were dropped when they left the view: should they come back, the steward has to say them again.
    private readonly SortedSet<NodeId> _dropped = [];
    private readonly SortedSet<string> _touched = new(StringComparer.Ordinal);
    private GroupSnapshot _view;
    private bool _allTouched;

    /// <summary>
    /// A reeve with nothing registered, on the node that <paramref name="view"/> calls its own; <paramref name="life"/> is a number that
    /// no former life of that node's reeve had.
    /// </summary>
    public ReeveMachine(Instant now, ulong life, GroupSnapshot view, ReeveOptions options)
    {
        (_view, _options) = (view, options);
        _reports = new StewardReports(_own, life, now, options.DigestPeriod);
        _refresh = new RefreshPlan(options);
        _intake = new UpdateIntake(_cache, _interests, _standby, options.MaxCachedEntries);
        _gate.Follow(view.Token);
    }

    /// <summary>Grows with every change that this registry saw.</summary>
    public ulong Revision { get; private set; }

    /// <summary>How the steward stands, as far as this node knows.</summary>
    public StewardPhase Steward { get; private set; } = StewardPhase.Absent;

    /// <summary>How many entries are this node's own.</summary>
    public int OwnCount => _own.Count;

    /// <summary>How many entries are known, this node's own included.</summary>
    public int KnownCount => _cache.Count;

    /// <summary>Everything that is known, by api.</summary>
    public IEnumerable<ServiceEntry> Known => _cache.All;

    /// <summary>The apis that are followed.</summary>
    public ImmutableArray<string> FollowedApis => _interests.Apis;

    /// <summary>Whether it follows the whole registry, since its node may be the next to lead.</summary>
    public bool IsStandby => _standby.IsOn;

    /// <summary>When <see cref="Tick"/> has something to do next.</summary>
    public Instant NextDeadline => Instant.Min(_interests.NextLapse, _reports.IsAttached ? Instant.Min(_reports.Due, _refresh.Due) : Instant.Never);

    /// <summary>Takes a newer view. Entries of nodes that have left it are dropped at once.</summary>
    public void See(Instant now, GroupSnapshot view, ReeveOutbox outbox)
    {
        var before = _view;
        _view = view;
        _gate.Follow(view.Token);
        var (left, moved) = ViewDifference.Between(before, view);
        if (left.Count > 0)
        {
            foreach (var entry in _cache.RemoveWhere(entry => left.Contains(entry.Node) && entry.Node != view.Self))
            {
                _dropped.Add(entry.Node);
                _touched.Add(entry.Instance.Api);
            }
        }
        if (moved.Contains(view.Self))
            _allTouched = true;
        foreach (var api in _cache.Apis)
        {
            if (!_allTouched && !_touched.Contains(api) && _cache.Of(api).Any(entry => moved.Contains(entry.Node)))
                _touched.Add(api);
        }
        var isOtherwise = _standby.See(view);
        if (isOtherwise && !_standby.IsOn)
            _intake.Narrow(view.Self);
        var isRefresh = _dropped.RemoveWhere(node => view.Find(node) is not null) > 0;
        if (isOtherwise || isRefresh)
            ReportInterest(isRefresh, outbox);
        if (before.Leader is null != view.Leader is null)
            _allTouched = true;
        Settle(outbox);
    }

    /// <summary>Takes a verdict of this node's heartbeater.</summary>
    public void Hear(Instant now, Verdict verdict, ReeveOutbox outbox)
    {
        if (verdict.Kind is VerdictKind.Up or VerdictKind.Changed)
            Register(now, verdict.Entry, outbox);
        else if (_own.Find(verdict.Entry.InstanceId) is not null)
            Unregister(now, verdict.Entry.InstanceId, verdict.Kind == VerdictKind.Left ? DepartureKind.Left : DepartureKind.Failed, verdict.Reason, outbox);
        Settle(outbox);
    }

    /// <summary>Takes all that the heartbeater holds in place of what was known of this node.</summary>
    public void Adopt(Instant now, IReadOnlyCollection<ServiceEntry> entries, ReeveOutbox outbox)
    {
        var ids = entries.Select(entry => entry.InstanceId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _own.All.Where(entry => !ids.Contains(entry.InstanceId)).Select(entry => entry.InstanceId).ToList())
            Unregister(now, gone, DepartureKind.Failed, GoneEntry.NotNamed, outbox);
        foreach (var entry in entries)
        {
            if (_own.Find(entry.InstanceId) is not { } known || !known.SaysTheSameAs(entry))
                Register(now, entry, outbox);
        }
        Settle(outbox);
    }

    /// <summary>Somebody watches <paramref name="selector"/>; false where the table of selectors is full.</summary>
    public bool Watch(Instant now, Selector selector, ReeveOutbox outbox)
    {
        if (!Follow(now, selector, outbox, out var followed))
            return false;
        followed.Watchers++;
        Settle(outbox);
        return true;
    }

    /// <summary>One watcher of <paramref name="selector"/> has gone. It stays followed for a while: watchers come back.</summary>
    public void Unwatch(Instant now, Selector selector, ReeveOutbox outbox)
    {
        if (_interests.TryFind(selector, out var followed) && followed.Watchers > 0 && --followed.Watchers == 0)
            followed.AskedUntil = now + _options.KeepAsked;
        Settle(outbox);
    }

    /// <summary>Somebody asked for <paramref name="selector"/>: it is followed for a while. False where the table of selectors is full.</summary>
    public bool Ask(Instant now, Selector selector, ReeveOutbox outbox)
    {
        if (!Follow(now, selector, outbox, out var followed))
            return false;
        followed.AskedUntil = now + _options.KeepAsked;
        Settle(outbox);
        return true;
    }

    /// <summary>A stream to the leader is open: it hears everything on this node, and what is followed here.</summary>
    public void Attach(Instant now, ReeveOutbox outbox)
    {
        _intake.Restart();
        _refresh.Stop();
        _dropped.Clear();
        _reports.Attach(now, outbox);
        ReportInterest(refresh: false, outbox);
        Settle(outbox);
    }

    /// <summary>The stream is gone.</summary>
    public void Detach(Instant now, ReeveOutbox outbox)
    {
        _reports.Detach();
        _intake.Restart();
        _refresh.Stop();
        SetSteward(StewardPhase.Absent);
        Settle(outbox);
    }

    /// <summary>Takes what the steward says on the stream that is attached.</summary>
    public void Take(Instant now, StewardPush push, ReeveOutbox outbox)
    {
        if (!_gate.Admits(push.Token))
        {
            outbox.RefusedToken = push.Token;
            return;
        }
        switch (push)
        {
            case StandingPush standing:
                SetSteward(standing.Phase);
                break;
            case ResyncPush:
                _reports.Snapshot(now, outbox);
                break;
            case UpdatePush update:
                outbox.Overflowed += _intake.Take(update, _view, Steward == StewardPhase.Ready, _touched);
                _refresh.Follow(now, _intake.IsUncertain);
                break;
        }
        Settle(outbox);
    }

    /// <summary>Hands over the whole registry to the steward that this node becomes, or null where it is not known. Only what is followed here is kept.</summary>
    public Inheritance? Inherit(ReeveOutbox outbox)
    {
        var inheritance = _standby.IsWhole ? new Inheritance([.. _cache.All]) : null;
        if (_standby.IsOn)
        {
            _standby.End();
            _intake.Narrow(_view.Self);
            ReportInterest(refresh: false, outbox);
        }
        Settle(outbox);
        return inheritance;
    }

    /// <summary>Drops selectors that nobody wants any more, and sends the digest that is due.</summary>
    public void Tick(Instant now, ReeveOutbox outbox)
    {
        var apisBefore = _interests.Apis.Length;
        foreach (var followed in _interests.Lapsed(now))
        {
            outbox.Raise(new AnswerChange(followed.Selector, null, IsNews: false));
            if (_interests.Remove(followed) && !_standby.IsOn)
                _intake.Drop(followed.Selector.Api, _view.Self);
        }
        if (_interests.Apis.Length != apisBefore && !_standby.IsOn)
            ReportInterest(refresh: false, outbox);
        _reports.Tick(now, outbox);
        if (_reports.IsAttached && _refresh.TakeDue(now))
            ReportInterest(refresh: true, outbox);
        Settle(outbox);
    }

    private void Register(Instant now, ServiceEntry entry, ReeveOutbox outbox)
    {
        if (_own.Put(entry) is { } before && before.Instance.Api != entry.Instance.Api && _cache.Remove(before.Instance.Api, before.Key))
            _touched.Add(before.Instance.Api);
        _cache.Put(entry);
        Reported(now, entry.Instance.Api, new ChangeReport([entry], [], ++_own.Sequence), outbox);
    }

    private void Unregister(Instant now, string instanceId, DepartureKind kind, string reason, ReeveOutbox outbox)
    {
        var entry = _own.Remove(instanceId)!;
        _cache.Remove(entry.Instance.Api, entry.Key);
        Reported(now, entry.Instance.Api, new ChangeReport([], [new Departure(instanceId, kind, reason)], ++_own.Sequence), outbox);
    }

    private void Reported(Instant now, string api, ChangeReport change, ReeveOutbox outbox)
    {
        _touched.Add(api);
        _reports.Change(now, change, outbox);
    }

    private void ReportInterest(bool refresh, ReeveOutbox outbox)
    {
        if (_reports.IsAttached)
            outbox.Report(new InterestReport(_standby.IsOn ? [""] : _interests.Apis, refresh));
    }

    private bool Follow(Instant now, Selector selector, ReeveOutbox outbox, out InterestTable.Followed followed)
    {
        if (_interests.TryFind(selector, out followed!))
            return true;
        if (_interests.Count >= _options.MaxSelectors)
            return false;
        var isNewApi = _interests.Add(selector, out followed);
        followed.AskedUntil = now + _options.KeepAsked;
        followed.IsComplete |= _standby.IsWhole;
        if (isNewApi && !_standby.IsOn)
            ReportInterest(refresh: false, outbox);
        Refresh(followed, outbox);
        return true;
    }

    private void SetSteward(StewardPhase phase)
    {
        if (Steward == phase)
            return;
        Steward = phase;
        _allTouched = true;
    }

    // Every public method ends here: answers are made anew where something beneath them moved, and told where they differ.
    private void Settle(ReeveOutbox outbox)
    {
        if (!_allTouched && _touched.Count == 0)
            return;
        Revision++;
        foreach (var followed in _allTouched ? _interests.All : _touched.SelectMany(_interests.Of))
            Refresh(followed, outbox);
        _touched.Clear();
        _allTouched = false;
    }

    private void Refresh(InterestTable.Followed followed, ReeveOutbox outbox)
    {
        var answer = Answering.Make(followed, _cache, _view, Steward, Revision);
        var before = followed.Answer;
        if (before is not null && before.SaysTheSameAs(answer))
            return;
        followed.Answer = answer;
        var isNews = before is null || before.IsComplete != answer.IsComplete || !before.Ranked.OffersTheSameAs(answer.Ranked)
            // Nobody to call, because all are sick or because there are none: who watches a service's health is told which.
            || before.Ranked.LeftOut.IsEmpty != answer.Ranked.LeftOut.IsEmpty;
        outbox.Raise(new AnswerChange(followed.Selector, answer, isNews));
    }
}
