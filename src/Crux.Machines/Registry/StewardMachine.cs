using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>
/// The registry of a group, for as long as one node leads. It starts empty and is rebuilt from the reeves; until it has heard them
/// all, or its time for that is over, what it says is true and not yet everything.
/// </summary>
public sealed class StewardMachine
{
    private readonly StewardOptions _options;
    private readonly Admission _admission;
    private readonly GroupToken _token;
    private readonly Instant _readyBy;
    private readonly SortedDictionary<NodeId, Attendance> _reeves = [];
    private readonly Dictionary<ulong, Attendance> _byStream = [];
    private readonly EntryCache _table = new();
    private readonly Announcements _announcements;
    private readonly UnconfirmedEntries _unconfirmed = new();
    // Who is alive and has not been heard: as long as there are any, the rebuilding goes on.
    private readonly SortedSet<NodeId> _awaited = [];
    private Sight? _sight;
    private GroupSnapshot _view;
    private int _heard;

    /// <summary>A steward that begins to lead, under the view's token.</summary>
    public StewardMachine(Instant now, GroupSnapshot view, StewardOptions options)
    {
        (_view, _token, _options) = (view, view.Token, options);
        _admission = new Admission(options);
        _readyBy = now + options.RebuildLimit;
        _announcements = new Announcements(_token, _table, options.GatherPeriod);
        Review();
    }

    /// <summary>What orders its words.</summary>
    public GroupToken Token => _token;

    /// <summary>Rebuilding, then ready.</summary>
    public StewardPhase Phase { get; private set; } = StewardPhase.Rebuilding;

    /// <summary>Grows with every change of what it holds.</summary>
    public ulong Revision => _announcements.Revision;

    /// <summary>How many entries it holds.</summary>
    public int Count => _table.Count;

    /// <summary>Everything it holds, by api.</summary>
    public IEnumerable<ServiceEntry> Entries => _table.All;

    /// <summary>How it stands, as it tells the reeves.</summary>
    public StandingPush Standing => new(_token, Phase, _heard, _view.Members.Length);

    /// <summary>When <see cref="Tick"/> has something to do next.</summary>
    public Instant NextDeadline => Instant.Min(
        _unconfirmed.NextDeadline, Phase == StewardPhase.Rebuilding ? Instant.Min(_readyBy, _announcements.NextDeadline) : Instant.Never);

    /// <summary>Takes a newer view of the same term. What ran on nodes that have left it goes in one event.</summary>
    public void See(Instant now, GroupSnapshot view, StewardOutbox outbox)
    {
        _view = view;
        var removed = new List<ServiceEntry>();
        foreach (var reeve in _reeves.Values.Where(reeve => view.Find(reeve.Node) is null).ToList())
        {
            removed.AddRange(reeve.Entries.All);
            removed.AddRange(_unconfirmed.TakeOf(reeve.Node));
            if (reeve.Stream != 0)
                outbox.End(reeve.Stream, "Its node has left the view.", isFault: false);
            Detach(reeve);
            _reeves.Remove(reeve.Node);
            _heard -= reeve.IsHeard ? 1 : 0;
        }
        Review();
        _announcements.Publish(now, [], removed, outbox);
        CheckReady(now, outbox);
    }

    /// <summary>A reeve opens its stream; an older one of the same node is ended. False where the view doesn't hold the node.</summary>
    public bool Open(ulong stream, NodeId node, StewardOutbox outbox)
    {
        if (_view.Find(node) is null)
            return false;
        if (!_reeves.TryGetValue(node, out var reeve))
            _reeves.Add(node, reeve = new Attendance(node));
        if (reeve.Stream != 0)
        {
            outbox.End(reeve.Stream, "The node's reeve has opened another stream.", isFault: false);
            Detach(reeve);
        }
        reeve.Stream = stream;
        _byStream.Add(stream, reeve);
        outbox.Send(Standing, [stream]);
        return true;
    }

    /// <summary>A stream is gone. Its node's entries stay: the flock says when a node is dead.</summary>
    public void Close(ulong stream)
    {
        if (_byStream.TryGetValue(stream, out var reeve))
            Detach(reeve);
    }

    /// <summary>Takes a report. A stream that has ended is not heard.</summary>
    public void Receive(Instant now, ulong stream, ReeveReport report, StewardOutbox outbox)
    {
        if (!_byStream.TryGetValue(stream, out var reeve))
            return;
        switch (report)
        {
            case SnapshotReport snapshot:
                Take(now, reeve, snapshot, outbox);
                break;
            case ChangeReport change:
                Take(now, reeve, change, outbox);
                break;
            case InterestReport interest:
                Take(now, reeve, interest, outbox);
                break;
            case DigestReport digest when reeve.IsInStep && !reeve.Entries.Fits(digest):
                AskForSnapshot(reeve, outbox);
                break;
        }
        CheckReady(now, outbox);
    }

    /// <summary>Ends the rebuilding when its time is over, tells until then what was gathered, and drops what nobody has confirmed in time.</summary>
    public void Tick(Instant now, StewardOutbox outbox)
    {
        _announcements.Publish(now, [], _unconfirmed.TakeDue(now), outbox);
        CheckReady(now, outbox);
        _announcements.Tick(now, outbox);
    }

    private void Take(Instant now, Attendance reeve, SnapshotReport snapshot, StewardOutbox outbox)
    {
        var parts = reeve.Parts ??= [];
        parts.AddRange(snapshot.Entries);
        if (!Admit(reeve, snapshot.Entries, parts.Count, outbox) || snapshot.More)
            return;
        reeve.Parts = null;
        var ids = parts.Select(entry => entry.InstanceId).ToHashSet(StringComparer.Ordinal);
        var removed = reeve.Entries.All.Where(entry => !ids.Contains(entry.InstanceId)).ToList();
        foreach (var entry in removed)
            reeve.Entries.Remove(entry.InstanceId);
        if (reeve.IsHeard && reeve.Life != snapshot.Life)
        {
            removed.ForEach(entry => _unconfirmed.Add(entry, now + _options.RestartGrace));
            removed.Clear();
        }
        reeve.Life = snapshot.Life;
        reeve.IsYoungUntil = now + (_options.RestartGrace - snapshot.Age);
        var upserts = Upsert(reeve, parts, removed);
        reeve.Entries.Sequence = snapshot.Sequence;
        _heard += reeve.IsHeard ? 0 : 1;
        reeve.IsHeard = reeve.IsInStep = true;
        _awaited.Remove(reeve.Node);
        _sight = null;
        _announcements.Publish(now, upserts, removed, outbox);
        LimitUnconfirmed(now, reeve, outbox);
    }

    private void Take(Instant now, Attendance reeve, ChangeReport change, StewardOutbox outbox)
    {
        // After a gap there is nothing to build on until the snapshot that was asked for.
        if (!reeve.IsInStep)
            return;
        if (change.Sequence != reeve.Entries.Sequence + 1)
        {
            AskForSnapshot(reeve, outbox);
            return;
        }
        if (!Admit(reeve, change.Upserts, reeve.Entries.CountAfter(change), outbox))
            return;
        var removed = new List<ServiceEntry>();
        foreach (var id in change.Removed)
        {
            if ((reeve.Entries.Remove(id) ?? _unconfirmed.Take(new EntryKey(reeve.Node, id))) is { } entry)
                removed.Add(entry);
        }
        var upserts = Upsert(reeve, change.Upserts, removed);
        reeve.Entries.Sequence = change.Sequence;
        _announcements.Publish(now, upserts, removed, outbox);
        LimitUnconfirmed(now, reeve, outbox);
    }

    private void Take(Instant now, Attendance reeve, InterestReport interest, StewardOutbox outbox)
    {
        if (_admission.FindProblem(interest) is { } problem)
        {
            Refuse(reeve, problem, outbox);
            return;
        }
        var follows = new SortedSet<string>(interest.Apis, StringComparer.Ordinal);
        var asked = follows.Where(api => interest.Refresh || !reeve.Follows.Contains(api)).ToList();
        foreach (var api in reeve.Follows.Where(api => !follows.Contains(api)))
            _announcements.Unfollow(api, reeve.Stream);
        foreach (var api in follows)
            _announcements.Follow(api, reeve.Stream);
        reeve.Follows = follows;
        foreach (var api in asked)
        {
            if (Phase == StewardPhase.Ready)
                _announcements.Answer(api, reeve.Stream, Sight(now), outbox);
            else
                _announcements.Promise(now, api, reeve.Stream);
        }
    }

    private List<ServiceEntry> Upsert(Attendance reeve, IEnumerable<ServiceEntry> entries, List<ServiceEntry> removed)
    {
        var upserts = new List<ServiceEntry>();
        foreach (var reported in entries)
        {
            var entry = reported with { Token = _token };
            var before = reeve.Entries.Put(entry) ?? _unconfirmed.Take(entry.Key);
            if (before is not null && before.SaysTheSameAs(entry))
                continue;
            // A point that changes its api leaves the one behind.
            if (before is not null && before.Instance.Api != entry.Instance.Api)
                removed.Add(before);
            upserts.Add(entry);
        }
        return upserts;
    }

    private bool Admit(Attendance reeve, ImmutableArray<ServiceEntry> entries, int count, StewardOutbox outbox)
    {
        var others = _table.Count - reeve.Entries.Count - _unconfirmed.CountOf(reeve.Node);
        if (_admission.FindProblem(reeve, entries, count, others, _view.Group) is not { } problem)
            return true;
        Refuse(reeve, problem, outbox);
        return false;
    }

    private void LimitUnconfirmed(Instant now, Attendance reeve, StewardOutbox outbox)
    {
        if (!_admission.HasRoom(reeve.Entries.Count + _unconfirmed.CountOf(reeve.Node), _table.Count))
            _announcements.Publish(now, [], _unconfirmed.TakeOf(reeve.Node), outbox);
    }

    private void Refuse(Attendance reeve, string problem, StewardOutbox outbox)
    {
        outbox.End(reeve.Stream, problem, isFault: true);
        Detach(reeve);
    }

    private void AskForSnapshot(Attendance reeve, StewardOutbox outbox)
    {
        reeve.IsInStep = false;
        reeve.Parts = null;
        outbox.Send(new ResyncPush(_token), [reeve.Stream]);
    }

    private void Detach(Attendance reeve)
    {
        foreach (var api in reeve.Follows)
            _announcements.Unfollow(api, reeve.Stream);
        _byStream.Remove(reeve.Stream);
        reeve.Follows = new SortedSet<string>(StringComparer.Ordinal);
        reeve.Stream = 0;
        reeve.IsInStep = false;
        reeve.Parts = null;
    }

    private void CheckReady(Instant now, StewardOutbox outbox)
    {
        if (Phase == StewardPhase.Ready || (now < _readyBy && _awaited.Count > 0))
            return;
        Phase = StewardPhase.Ready;
        if (_byStream.Count > 0)
            outbox.Send(Standing, [.. _byStream.Keys.Order()]);
        _announcements.Finish(Sight(now), outbox);
    }

    private Sight Sight(Instant now) => _sight is not null && now < _sight.Until ? _sight : _sight = Registry.Sight.Of(_view, _reeves, now);

    private bool IsHeard(Member member) => _reeves.TryGetValue(member.Id, out var reeve) && reeve.IsHeard;

    private void Review()
    {
        _sight = null;
        _awaited.Clear();
        _awaited.UnionWith(_view.Members.Where(member => member.Status == MemberStatus.Alive && !IsHeard(member)).Select(member => member.Id));
    }
}
