using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>
/// The registry of a group, for as long as one node leads. It starts with what a standby has inherited, or empty, and is rebuilt from
/// the reeves; until it has heard them all, or its time for that is over, what it says is true and not yet everything, or everything
/// and not yet confirmed.
/// </summary>
public sealed class StewardMachine
{
    private readonly StewardOptions _options;
    private readonly Admission _admission;
    private readonly GroupToken _token;
    private readonly Instant _readyBy;
    private readonly Roster _roster = new();
    private readonly EntryCache _table = new();
    private readonly Announcements _announcements;
    private readonly UnconfirmedEntries _unconfirmed = new();
    private readonly SharedNames _names = new();
    private GroupSnapshot _view;
    private bool _isRebuilding = true;

    /// <summary>A steward that begins to lead, under the view's token, with what its node knew before.</summary>
    public StewardMachine(Instant now, GroupSnapshot view, StewardOptions options, Inheritance? inheritance = null)
    {
        (_view, _token, _options) = (view, view.Token, options);
        _admission = new Admission(options);
        _readyBy = now + options.RebuildTime(view.Members.Length);
        Phase = inheritance is null ? StewardPhase.Rebuilding : StewardPhase.Ready;
        _announcements = new Announcements(_token, _table, options.GatherPeriod, gathers: inheritance is null);
        foreach (var entry in (inheritance?.Entries ?? []).Where(entry => entry.Group == view.Group && view.Find(entry.Node) is not null).Take(options.MaxEntries))
        {
            // A point that changed its api while nobody led may be known by both. Its reeve says which is true.
            if (_roster.Of(entry.Node).Entries.Put(entry) is { } other)
                _table.Remove(other.Instance.Api, other.Key);
            _table.Put(entry);
        }
        _roster.Review(view);
    }

    /// <summary>What orders its words.</summary>
    public GroupToken Token => _token;

    /// <summary>Rebuilding, then ready; ready at once where everything was inherited.</summary>
    public StewardPhase Phase { get; private set; }

    /// <summary>Whether some of what it holds may be inherited, and not confirmed by its reeve.</summary>
    public bool IsRebuilding => _isRebuilding;

    /// <summary>Grows with every change of what it holds.</summary>
    public ulong Revision => _announcements.Revision;

    /// <summary>How many entries it holds.</summary>
    public int Count => _table.Count;

    /// <summary>Everything it holds, by api.</summary>
    public IEnumerable<ServiceEntry> Entries => _table.All;

    /// <summary>All of it, and of whom it doesn't know everything.</summary>
    public RegistryState State => new([.. _table.All], _roster.Unheard(_view), _view);

    /// <summary>How it stands, as it tells the reeves.</summary>
    public StandingPush Standing => new(_token, Phase, _roster.Heard, _view.Members.Length);

    /// <summary>When <see cref="Tick"/> has something to do next.</summary>
    public Instant NextDeadline => Instant.Min(
        _unconfirmed.NextDeadline, _isRebuilding ? Instant.Min(_readyBy, _announcements.NextDeadline) : Instant.Never);

    /// <summary>Takes a newer view of the same term. What ran on nodes that have left it goes in one event.</summary>
    public void See(Instant now, GroupSnapshot view, StewardOutbox outbox)
    {
        _view = view;
        var removed = new List<GoneEntry>();
        foreach (var reeve in _roster.LeftOut(view))
        {
            removed.AddRange(reeve.Entries.All.Concat(_unconfirmed.TakeOf(reeve.Node)).Select(entry => new GoneEntry(entry, DepartureKind.Lost, GoneEntry.LeftView)));
            if (reeve.Stream != 0)
                outbox.End(reeve.Stream, "Its node has left the view.", isFault: false);
            Detach(reeve);
            _roster.Remove(reeve);
        }
        _roster.Review(view);
        _announcements.Publish(now, [], removed, outbox);
        CheckReady(now, outbox);
    }

    /// <summary>A reeve opens its stream; an older one of the same node is ended. False where the view doesn't hold the node.</summary>
    public bool Open(ulong stream, NodeId node, StewardOutbox outbox)
    {
        if (_view.Find(node) is null)
            return false;
        var reeve = _roster.Of(node);
        if (reeve.Stream != 0)
        {
            outbox.End(reeve.Stream, "The node's reeve has opened another stream.", isFault: false);
            Detach(reeve);
        }
        _roster.Open(reeve, stream);
        outbox.Send(Standing, [stream]);
        return true;
    }

    /// <summary>A stream is gone. Its node's entries stay: the flock says when a node is dead.</summary>
    public void Close(ulong stream)
    {
        if (_roster.TryFind(stream, out var reeve))
            Detach(reeve);
    }

    /// <summary>Takes a report. A stream that has ended is not heard.</summary>
    public void Receive(Instant now, ulong stream, ReeveReport report, StewardOutbox outbox)
    {
        if (!_roster.TryFind(stream, out var reeve))
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
            case DigestReport digest when !reeve.IsAsked:
                Take(now, reeve, digest, outbox);
                break;
        }
        CheckReady(now, outbox);
    }

    /// <summary>Ends the rebuilding when its time is over, tells until then what was gathered, and drops what nobody has confirmed in time.</summary>
    public void Tick(Instant now, StewardOutbox outbox)
    {
        _announcements.Publish(now, [], [.. _unconfirmed.TakeDue(now).Select(entry => GoneEntry.Failed(entry, GoneEntry.NotBack))], outbox);
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
        var removed = reeve.Entries.All.Where(entry => !ids.Contains(entry.InstanceId)).Select(entry => GoneEntry.Failed(entry, GoneEntry.NotNamed)).ToList();
        foreach (var (entry, _, _) in removed)
            reeve.Entries.Remove(entry.InstanceId);
        // What was inherited may be of a former life too.
        if (reeve.IsHeard ? reeve.Life != snapshot.Life : snapshot.Age < _options.RestartGrace)
        {
            removed.ForEach(gone => _unconfirmed.Add(gone.Entry, now + _options.RestartGrace));
            removed.Clear();
        }
        var upserts = Upsert(reeve, parts, removed);
        Confirm(now, reeve, snapshot.Sequence, snapshot.Life, snapshot.Age);
        _announcements.Publish(now, upserts, removed, outbox);
        LimitUnconfirmed(now, reeve, outbox);
    }

    // The first one on a stream says whether the reeve has to say anything more; later ones find what was lost.
    private void Take(Instant now, Attendance reeve, DigestReport digest, StewardOutbox outbox)
    {
        if (!reeve.Entries.Fits(digest) || (reeve.IsInStep && reeve.Entries.Sequence != digest.Sequence))
            AskForSnapshot(reeve, outbox);
        else if (!reeve.IsInStep)
            Confirm(now, reeve, digest.Sequence, digest.Life, digest.Age);
    }

    private void Confirm(Instant now, Attendance reeve, ulong sequence, ulong life, TimeSpan age)
    {
        reeve.Life = life;
        reeve.IsYoungUntil = now + (_options.RestartGrace - age);
        reeve.Entries.Sequence = sequence;
        _roster.Hear(reeve);
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
        var removed = new List<GoneEntry>();
        foreach (var (id, kind, reason) in change.Gone)
        {
            if ((reeve.Entries.Remove(id) ?? _unconfirmed.Take(new EntryKey(reeve.Node, id))) is { } entry)
                removed.Add(new GoneEntry(entry, kind, reason));
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
                _announcements.Answer(api, reeve.Stream, _isRebuilding ? Sight.Tentative : _roster.Sight(_view, now), outbox);
            else
                _announcements.Promise(now, api, reeve.Stream);
        }
    }

    private List<ServiceEntry> Upsert(Attendance reeve, IEnumerable<ServiceEntry> entries, List<GoneEntry> removed)
    {
        var upserts = new List<ServiceEntry>();
        foreach (var reported in entries)
        {
            var entry = reported with { Token = _token, Group = _view.Group, Instance = _names.Share(reported.Instance), NodeName = reeve.Share(reported.NodeName) };
            var before = reeve.Entries.Put(entry) ?? _unconfirmed.Take(entry.Key);
            if (before is not null && before.SaysTheSameAs(entry))
                continue;
            // A point that changes its api leaves the one behind.
            if (before is not null && before.Instance.Api != entry.Instance.Api)
                removed.Add(new GoneEntry(before, DepartureKind.Left, $"is {entry.Instance} now"));
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
            _announcements.Publish(now, [], [.. _unconfirmed.TakeOf(reeve.Node).Select(entry => GoneEntry.Failed(entry, GoneEntry.NoRoom))], outbox);
    }

    private void Refuse(Attendance reeve, string problem, StewardOutbox outbox)
    {
        outbox.End(reeve.Stream, problem, isFault: true);
        Detach(reeve);
    }

    private void AskForSnapshot(Attendance reeve, StewardOutbox outbox)
    {
        reeve.IsInStep = false;
        reeve.IsAsked = true;
        reeve.Parts = null;
        outbox.Send(new ResyncPush(_token), [reeve.Stream]);
    }

    private void Detach(Attendance reeve)
    {
        foreach (var api in reeve.Follows)
            _announcements.Unfollow(api, reeve.Stream);
        reeve.Follows = new SortedSet<string>(StringComparer.Ordinal);
        _roster.Close(reeve);
    }

    private void CheckReady(Instant now, StewardOutbox outbox)
    {
        if (!_isRebuilding || (now < _readyBy && _roster.IsWaiting))
            return;
        _isRebuilding = false;
        Phase = StewardPhase.Ready;
        if (_roster.Streams is { Length: > 0 } streams)
            outbox.Send(Standing, streams);
        _announcements.Finish(_roster.Sight(_view, now), outbox);
    }
}
