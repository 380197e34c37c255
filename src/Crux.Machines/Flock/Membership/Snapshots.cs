using System.Collections.Immutable;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Flock.Membership;

/// <summary>Turns the view into what everybody else sees, and the difference between two of those into events.</summary>
internal sealed class Snapshots
{
    /// <summary>Changes within this time make one snapshot, and within <see cref="CoalescePerMember"/> more for each member: one costs as much more.</summary>
    public static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc cref="Coalesce"/>
    public static readonly TimeSpan CoalescePerMember = TimeSpan.FromMicroseconds(100);

    /// <summary>Alarms about names remembered, so that each is raised once.</summary>
    public const int MaxRaised = 1_024;

    private readonly FlockState _state;
    private readonly HashSet<(NodeId, NodeId)> _raised = [];
    private readonly List<(MemberRecord Record, NodeBlob Blob)> _byId = [];
    private ulong _version;
    private ulong _blobs;
    private ulong _shutOuts;
    private Instant? _due;
    private bool _isAside;
    private int _hidden;

    public Snapshots(FlockState state)
    {
        _state = state;
        Current = Build();
    }

    public GroupSnapshot Current { get; private set; }

    /// <summary>Whether anybody reads: where nobody does, snapshots are made when asked for, and no member's coming or going is told.</summary>
    public bool IsWatched { get; set; } = true;

    public Instant Due => !IsWatched ? Instant.Never : IsSomebodyShutOut ? _state.Now : _due ?? (IsStale ? _state.Now : Instant.Never);

    private bool IsStale => _isAside != _state.AsideFor is not null || _version != _state.View.Version || _blobs != _state.BlobsLearnt || IsSomebodyShutOut
        || Current.Leader != Leader || Current.Token != TokenOf(_state.Claim) || Current.IsSettled != _state.IsSettled;

    // Its steward is nobody's business any more, whoever leads next.
    private NodeId? Leader => _state.Claim is { } claim && !_state.Admission.IsRevoked(claim.Leader) ? claim.Leader : null;

    private bool IsSomebodyShutOut => _shutOuts != _state.Admission.ShutOuts;

    /// <summary>The view as it is now, made anew where it moved since.</summary>
    public GroupSnapshot Read()
    {
        if (!IsWatched && IsStale)
            Current = Build();
        return Current;
    }

    public void Tick()
    {
        if (!IsWatched)
            return;
        if (!IsStale)
        {
            _due = null;
            return;
        }
        _due ??= _state.Now + Coalesce + (CoalescePerMember * _state.View.LiveCount);
        // Whoever is shut out goes at once: connections hang on this.
        if (_state.Now < _due && !IsSomebodyShutOut)
            return;
        _due = null;
        var before = Current;
        Current = Build();
        Tell(before, Current);
    }

    private GroupSnapshot Build()
    {
        (_version, _blobs, _shutOuts, _isAside) = (_state.View.Version, _state.BlobsLearnt, _state.Admission.ShutOuts, _state.AsideFor is not null);
        return new GroupSnapshot
        {
            Group = _state.Flock,
            Self = _state.Id,
            Members = Members(),
            Size = _state.AsideFor is null ? _state.View.LiveCount - _hidden : 1,
            Leader = Leader,
            Token = TokenOf(_state.Claim),
            Grade = _state.Claim is not { } claim || Leader is null ? LeaderGrade.None : claim.IsFenced ? LeaderGrade.Fenced : LeaderGrade.Provisional,
            IsSettled = _state.IsSettled,
            Revision = Current is null ? 1 : Current.Revision + 1,
        };
    }

    // Half of a lineage's id tells it from any other, and is never 0.
    private static GroupToken TokenOf(LeaderClaim? claim) => claim is null ? default : new((ulong)(claim.Lineage >> 64), claim.Term, 0);

    private ImmutableArray<Member> Members()
    {
        _byId.Clear();
        _hidden = 0;
        if (_state.AsideFor is not null)
            _byId.Add((_state.Me.Record, _state.Blob));
        foreach (var block in _state.AsideFor is null ? _state.View.Blocks : [])
        {
            for (var slot = block.Live.Next(0); slot >= 0; slot = block.Live.Next(slot + 1))
            {
                if (block.LastBlobAt(slot) is not { } blob)
                    continue;
                // Heard in the view until the keys that leave it out are in use, and shown to nobody from the operator's word on.
                if (blob.Id != _state.Id && _state.Admission.IsRevoked(blob.Id))
                    _hidden++;
                else
                    _byId.Add((block[slot], blob));
            }
        }
        _byId.Sort(static (a, b) =>
        {
            var order = a.Blob.Id.CompareTo(b.Blob.Id);
            return order != 0 ? order : a.Record.Address.CompareTo(b.Record.Address);
        });
        var names = new Dictionary<string, NodeId>(_byId.Count, StringComparer.Ordinal);
        var members = ImmutableArray.CreateBuilder<Member>(_byId.Count);
        for (var i = 0; i < _byId.Count; i++)
        {
            if (i + 1 < _byId.Count && _byId[i + 1].Blob.Id == _byId[i].Blob.Id)
                _byId[i + 1] = NewerOf(_byId[i], _byId[i + 1]);
            else
                members.Add(Show(_byId[i].Record, _byId[i].Blob, names));
        }
        return members.DrainToImmutable();
    }

    // A node that moved is at its newer address; two that stay are one too many, and one of them goes.
    private (MemberRecord, NodeBlob) NewerOf((MemberRecord Record, NodeBlob Blob) first, (MemberRecord Record, NodeBlob Blob) second)
    {
        var (one, other) = (_state.View.Find(first.Record.Address)!, _state.View.Find(second.Record.Address)!);
        if (_state.IsMe(one) || _state.IsMe(other))
            return _state.IsMe(one) ? first : second;
        return one.Since > other.Since ? first : second;
    }

    private Member Show(MemberRecord record, NodeBlob blob, Dictionary<string, NodeId> names)
    {
        var (id, name) = (blob.Id, blob.Name);
        if (!names.TryAdd(name, id))
        {
            var holder = names[name];
            var given = $"{name[..Math.Min(name.Length, NameRules.MaxLength - 9)]}-{id.Brief}";
            if (IsWatched && _raised.Count < MaxRaised && _raised.Add((holder, id)))
                _state.Raise(new NameTaken(name, holder, id, given));
            name = given;
            names.TryAdd(name, id);
        }
        var shown = new Member
        {
            Id = id, Name = name, Address = record.Address, Incarnation = record.Incarnation, Rack = blob.Rack,
            Status = record.Status == RecordStatus.Unreachable ? MemberStatus.Unreachable : MemberStatus.Alive,
        };
        // Readers hold on to what they were shown: the same member is the same object.
        return Current?.Find(id) is { } before && before == shown ? before : shown;
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

    private Departure WhyGone(Member member) => _state.Admission.IsRevoked(member.Id) ? Departure.ShutOut : _state.View.TryGet(member.Address, out var record) ? record.Status switch
    {
        RecordStatus.Left => Departure.Left,
        RecordStatus.Evicted => Departure.Evicted,
        _ => Departure.Replaced,
    } : Departure.Replaced;
}
