using System.Collections.Immutable;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Flock.Membership;

/// <summary>Turns the view into what everybody else sees, and the difference between two of those into events.</summary>
internal sealed class Snapshots
{
    /// <summary>Changes within this time make one snapshot.</summary>
    public static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(10);

    /// <summary>One node id at two addresses for this long is no move but a copy.</summary>
    public static readonly TimeSpan CloneAfter = TimeSpan.FromSeconds(8);

    /// <summary>Alarms about names and clones remembered, so that each is raised once.</summary>
    public const int MaxRaised = 1_024;

    private readonly FlockState _state;
    private readonly HashSet<(NodeId, NodeId)> _raised = [];
    private readonly List<Slot> _byId = [];
    private ulong _version;
    private ulong _blobs;
    private Instant? _due;
    private Instant _cloneDue = Instant.Never;

    public Snapshots(FlockState state)
    {
        _state = state;
        Current = Build();
    }

    public GroupSnapshot Current { get; private set; }

    public Instant Due => _due ?? (IsStale ? _state.Now : _cloneDue);

    private bool IsStale => _version != _state.View.Version || _blobs != _state.BlobsLearnt
        || Current.Leader != _state.Claim?.Leader || Current.Token.Term != (_state.Claim?.Term ?? 0) || Current.IsSettled != _state.IsSettled;

    public void Tick()
    {
        if (!IsStale && _state.Now < _cloneDue)
        {
            _due = null;
            return;
        }
        _due ??= _state.Now + Coalesce;
        if (_state.Now < _due)
            return;
        _due = null;
        var before = Current;
        Current = Build();
        Tell(before, Current);
    }

    private GroupSnapshot Build()
    {
        (_version, _blobs) = (_state.View.Version, _state.BlobsLearnt);
        _cloneDue = Instant.Never;
        return new GroupSnapshot
        {
            Group = _state.Flock,
            Self = _state.Id,
            Members = Members(),
            Leader = _state.Claim?.Leader,
            Token = new GroupToken(0, _state.Claim?.Term ?? 0, 0),
            IsSettled = _state.IsSettled,
            Revision = Current is null ? 1 : Current.Revision + 1,
        };
    }

    private ImmutableArray<Member> Members()
    {
        _byId.Clear();
        _byId.AddRange(_state.View.Live);
        _byId.Sort(static (a, b) =>
        {
            var order = a.Record.Id.CompareTo(b.Record.Id);
            return order != 0 ? order : a.Address.CompareTo(b.Address);
        });
        var names = new Dictionary<string, NodeId>(_byId.Count, StringComparer.Ordinal);
        var members = ImmutableArray.CreateBuilder<Member>(_byId.Count);
        for (var i = 0; i < _byId.Count; i++)
        {
            var slot = _byId[i];
            if (i + 1 < _byId.Count && _byId[i + 1].Record.Id == slot.Record.Id)
                _byId[i + 1] = slot = NewerOf(slot, _byId[i + 1]);
            else
                members.Add(Show(slot, names));
        }
        return members.DrainToImmutable();
    }

    // A node that moved is at its newer address; two that stay are one too many. Anybody can say where an id is: one that proved
    // its key goes before one that didn't, whatever their age.
    private Slot NewerOf(Slot first, Slot second)
    {
        var since = Instant.Max(first.Since, second.Since);
        if (_state.Now - since < CloneAfter)
            _cloneDue = Instant.Min(_cloneDue, since + CloneAfter);
        else if (_raised.Count < MaxRaised && _raised.Add((first.Record.Id, first.Record.Id)))
            _state.Raise(new CloneSeen(first.Record.Id, first.Address, second.Address));
        if (_state.IsMe(first) || _state.IsMe(second))
            return _state.IsMe(first) ? first : second;
        if ((first.Blob is null) != (second.Blob is null))
            return first.Blob is null ? second : first;
        return first.Since > second.Since ? first : second;
    }

    private Member Show(Slot slot, Dictionary<string, NodeId> names)
    {
        var (id, name) = (slot.Record.Id, slot.Blob?.Name ?? slot.Record.Id.Brief);
        if (!names.TryAdd(name, id))
        {
            var holder = names[name];
            var given = $"{name[..Math.Min(name.Length, NameRules.MaxLength - 9)]}-{id.Brief}";
            if (slot.Blob is not null && _raised.Count < MaxRaised && _raised.Add((holder, id)))
                _state.Raise(new NameTaken(name, holder, id, given));
            name = given;
            names.TryAdd(name, id);
        }
        var status = slot.Record.Status == RecordStatus.Unreachable ? MemberStatus.Unreachable : MemberStatus.Alive;
        var rack = slot.Blob?.Rack ?? "";
        if (slot.Shown is not { } shown || shown.Name != name || shown.Status != status || shown.Rack != rack)
        {
            slot.Shown = shown = new Member
            {
                Id = id, Name = name, Address = slot.Address, Incarnation = slot.Record.Incarnation, Status = status, Rack = rack,
            };
        }
        return shown;
    }

    private void Tell(GroupSnapshot before, GroupSnapshot after)
    {
        var (i, j) = (0, 0);
        while (i < before.Members.Length || j < after.Members.Length)
        {
            var order = i == before.Members.Length ? 1 : j == after.Members.Length ? -1 : before.Members[i].Id.CompareTo(after.Members[j].Id);
            if (order < 0)
                _state.Raise(new MemberLeft(before.Members[i], WhyGone(before.Members[i])));
            else if (order > 0)
                _state.Raise(new MemberJoined(after.Members[j]));
            else if (before.Members[i] != after.Members[j])
                _state.Raise(new MemberChanged(before.Members[i], after.Members[j]));
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        if (before.Leader != after.Leader)
            _state.Raise(new LeaderChanged(before.Leader, after.Leader, after.Token.Term));
    }

    private Departure WhyGone(Member member) => _state.View.Find(member.Address)?.Record.Status switch
    {
        RecordStatus.Left => Departure.Left,
        RecordStatus.Evicted => Departure.Evicted,
        _ => Departure.Replaced,
    };
}
