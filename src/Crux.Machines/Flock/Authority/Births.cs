using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// Seals the flock: on the operator's order its leader writes the birth record, every member puts it on disk, and from then on none of
/// them is ever of another flock. Only the operator's order to be absorbed takes a record away.
/// </summary>
internal sealed class Births
{
    /// <summary>An order to seal that could not be carried out for so long lapses: nobody should be surprised by it days later.</summary>
    public static readonly TimeSpan OrderLife = TimeSpan.FromMinutes(10);

    /// <summary>Time between two rounds in which a new record is passed on, and rounds.</summary>
    public static readonly TimeSpan PushPeriod = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc cref="PushPeriod"/>
    public const int Rounds = 4;

    /// <summary>Members told in one round.</summary>
    public const int Fanout = 4;

    /// <summary>Time between two words to the leader that this node has the record, until it has heard one; half of it at least, one and a half at most.</summary>
    public static readonly TimeSpan AcknowledgePeriod = TimeSpan.FromSeconds(2);

    /// <summary>Time between two comparisons with a random member: who was away learns of the record so.</summary>
    public static readonly TimeSpan ComparePeriod = TimeSpan.FromSeconds(30);

    /// <summary>Records sent to those who ask: at once, and a second.</summary>
    public const int AnswerBurst = 128;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 200;

    /// <summary>Records checked at once, and a second; each costs two signatures.</summary>
    public const int ChecksBurst = 8;

    /// <inheritdoc cref="ChecksBurst"/>
    public const double ChecksPerSecond = 4;

    private readonly FlockState _state;
    private readonly Mail _mail;
    private readonly OrderBook _orders;
    private readonly Leadership _leadership;
    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly SortedSet<NetAddress> _holders = [];
    private readonly TokenBucket _checks = new(ChecksBurst, ChecksPerSecond);
    private BirthRecord? _record;
    private BirthNote? _writing;
    private OperatorOrder? _absorb;
    private OperatorOrder? _order;
    private Instant _orderedUntil;
    private int _roundsLeft;
    private Instant _pushDue;
    private Instant _acknowledgeDue = Instant.Never;
    private Instant _compareDue;
    private bool _isHeard;

    public Births(FlockState state, Mail mail, OrderBook orders, Leadership leadership)
    {
        (_state, _mail, _orders, _leadership) = (state, mail, orders, leadership);
        _compareDue = state.Now + state.Random.Next(ComparePeriod);
        if (state.Memory.Of(DurableKind.Birth) is { } kept)
        {
            if (!BirthNote.TryRead(kept.Span, out var note))
                throw new FlockMemoryException(DurableKind.Birth, "The birth record on disk is of another version of fulcrum. Start the version that wrote it.");
            (_record, _absorb, _isHeard) = (note.Record, note.Absorb, true);
            state.Uuid = _record?.Uuid ?? 0;
        }
        orders.Serve(OrderKind.Seal, new OrderDuty(FindProblemWithSealing, order => (_order, _orderedUntil) = (order, state.Now + OrderLife)));
        orders.Serve(OrderKind.Absorb, new OrderDuty(FindProblemWithAbsorbing, Release));
    }

    public Instant Due
    {
        get
        {
            var due = Instant.Min(_acknowledgeDue, _record is null ? Instant.Never : _compareDue);
            due = Instant.Min(due, _roundsLeft == 0 ? Instant.Never : _pushDue);
            return Instant.Min(due, _order is null ? Instant.Never : _orderedUntil);
        }
    }

    public SealStatus Status => new(
        _state.Uuid,
        _leadership.IsMine ? _holders.Count : _record is null ? 0 : 1,
        _order is not null && SealTerms.TryRead(_order.Payload.Span, out var terms) ? terms.Missing(_state.View.ReachableCount, _state.IsSettled) ?? "the leader has not written the birth record yet" : "",
        _record is null && _absorb is not null ? TargetOf(_absorb) : 0);

    public void Tick()
    {
        if (_order is not null && _state.Now >= _orderedUntil)
            _order = null;
        if (_order is not null && _record is null && _writing is null && MayWrite
            && SealTerms.TryRead(_order.Payload.Span, out var terms) && terms.Missing(_state.View.ReachableCount, _state.IsSettled) is null)
            Write(BirthRecord.Sign(_state.Fence!.Value.Lineage, _order, _state.OperatorKey.Span, Keepers(), _state.Signer));
        if (_roundsLeft > 0 && _state.Now >= _pushDue)
            Push();
        if (_state.Now >= _acknowledgeDue)
            Acknowledge();
        if (_record is null || _state.Now < _compareDue)
            return;
        _compareDue = _state.Now + (ComparePeriod / 2) + _state.Random.Next(ComparePeriod);
        if (Anybody() is { } peer)
            SendTag(peer, BirthPart.Compare);
    }

    /// <summary>Asks a stranger that belongs to a sealed flock for its birth record; its cookie proves that this node is where it says.</summary>
    public void Ask(NetAddress stranger, ulong salt, ReadOnlySpan<byte> cookie)
    {
        var message = Begin(BirthPart.Ask);
        message.Bytes(cookie);
        _state.Gate.Cookies.Bake(_state.Now, CookiePurpose.Hello, stranger, 0, message.Next(CookieJar.CookieBytes));
        _mail.Send(stranger, salt, message);
    }

    /// <summary>Shows the birth record to a stranger that has none; its cookie proves that it asked.</summary>
    public void Answer(NetAddress stranger, ulong salt, ReadOnlySpan<byte> cookie)
    {
        if (_record is null || !_answers.TryTake(_state.Now))
            return;
        var message = Begin(BirthPart.Answer);
        message.Bytes(cookie);
        message.Bytes(_record.Raw);
        _mail.Send(stranger, salt, message);
    }

    /// <summary>What a node that is not in the view says of births, its address proved by a cookie.</summary>
    public bool OnStranger(NetAddress from, ulong salt, ref WireReader reader)
    {
        var part = (BirthPart)reader.Byte();
        var cookie = reader.Take(CookieJar.CookieBytes);
        if (reader.Failed)
            return false;
        if (part == BirthPart.Ask)
        {
            var echo = reader.Take(CookieJar.CookieBytes);
            if (reader.Failed || !_state.Gate.Cookies.Holds(_state.Now, CookiePurpose.Challenge, from, salt, cookie))
                return false;
            Answer(from, salt, echo);
            return true;
        }
        // Either this node said hello and asks, or it was said hello to and is told.
        if (part != BirthPart.Answer
            || (!_state.Gate.Cookies.Holds(_state.Now, CookiePurpose.Hello, from, 0, cookie) && !_state.Gate.Cookies.Holds(_state.Now, CookiePurpose.Challenge, from, salt, cookie)))
            return false;
        return Learn(reader.Take(reader.Left));
    }

    /// <summary>What a member says of births.</summary>
    public bool OnMember(Slot peer, ref WireReader reader)
    {
        var part = (BirthPart)reader.Byte();
        if (part == BirthPart.Told)
            return Learn(reader.Take(reader.Left));
        var tag = reader.UInt64();
        if (reader.Failed || !reader.AtEnd)
            return false;
        switch (part)
        {
            case BirthPart.Held:
                if (tag == _state.SealTag && _holders.Count < _state.Options.MaxMembers)
                    _holders.Add(peer.Address);
                SendTag(peer.Record, BirthPart.Heard);
                return true;
            case BirthPart.Heard:
                _isHeard |= tag == _state.SealTag;
                return true;
            case BirthPart.Compare:
                Compare(peer.Record, tag);
                return true;
            default:
                return false;
        }
    }

    private void Compare(MemberRecord peer, ulong tag)
    {
        if (_record is null)
        {
            if (tag != 0)
                SendTag(peer, BirthPart.Compare);
        }
        else if (tag == 0)
        {
            Tell(peer);
        }
        else if (_absorb is not null && FlockState.TagOf(_absorb.Lineage) == tag)
        {
            var message = _mail.Write(MessageKind.Order);
            message.UInt16((ushort)_absorb.Raw.Length);
            message.Bytes(_absorb.Raw.Span);
            _mail.Send(peer, message);
        }
    }

    private bool Learn(ReadOnlySpan<byte> raw)
    {
        // The latch: who has a record, or is writing one, looks at no other.
        if (_record is not null || _writing is not null || _state.OperatorKey.IsEmpty || !_checks.TryTake(_state.Now))
            return true;
        if (!BirthRecord.TryRead(raw, out var record))
            return false;
        if (_absorb is not null && TargetOf(_absorb) != record.Uuid)
            return true;
        _state.Counters.Verifications += 2;
        if (!record.IsOf(_state.Bloc, _state.Flock, _state.OperatorKey.Span, _state.Signer))
            return false;
        Write(record);
        return true;
    }

    // Only now that the disk has it.
    private void Hold(BirthNote written)
    {
        _writing = null;
        (_record, _absorb, _order) = (written.Record, written.Absorb, null);
        _state.Uuid = _record?.Uuid ?? 0;
        _holders.Clear();
        if (_record is null)
            return;
        _orders.Keep(_record.Uuid);
        _holders.Add(_state.Self.Address);
        (_isHeard, _roundsLeft, _pushDue) = (_leadership.IsMine, Rounds, _state.Now);
        _acknowledgeDue = _isHeard ? Instant.Never : _state.Now + _state.Random.Next(AcknowledgePeriod);
        _state.Raise(new FlockSealed(_record.Uuid, _state.Bloc, _state.Flock));
    }

    private string? FindProblemWithSealing(OperatorOrder order)
    {
        if (_state.Uuid != 0)
            return $"The flock is sealed already, as {_state.Uuid:x32}.";
        return SealTerms.TryRead(order.Payload.Span, out _) ? null : "The order to seal makes no sense: it was made by another version of crux. Compare 'crux --version' with 'fulcrum --version'.";
    }

    private string? FindProblemWithAbsorbing(OperatorOrder order)
    {
        if (_state.Uuid == 0)
            return "This flock is not sealed: it joins any flock of the same bloc and name as soon as they meet, without an order.";
        if (order.Payload.Length != 16 || TargetOf(order) == 0)
            return "The order to be absorbed makes no sense: it was made by another version of crux. Compare 'crux --version' with 'fulcrum --version'.";
        return TargetOf(order) == _state.Uuid ? "A flock can't be absorbed into itself: name the uuid of the one that survives, as its 'crux status' shows it." : null;
    }

    private static UInt128 TargetOf(OperatorOrder order) => new WireReader(order.Payload.Span).UInt128();

    // Unsealed again, but for one flock only: the one that the operator named.
    private void Release(OperatorOrder order) => Write(null, order);

    private void Write(BirthRecord record) => Write(record, _absorb);

    private void Write(BirthRecord? record, OperatorOrder? absorb)
    {
        _writing = new BirthNote(record, absorb);
        var note = _writing;
        _state.Durable.Put(DurableKind.Birth, note.ToBytes(), () => Hold(note));
    }

    // Only a leader that was elected: two may lead provisionally, and each would write a record.
    private bool MayWrite => _state.Fence is { IsMine: true };

    private List<NodeId> Keepers() =>
        [.. _state.View.Reachable.OrderBy(record => record.Priority).Select(record => _state.View.BlobOf(record.Address)?.Id).OfType<NodeId>().Take(BirthRecord.MaxKeepers).Order()];

    private void Push()
    {
        (_pushDue, _roundsLeft) = (_state.Now + PushPeriod, _roundsLeft - 1);
        for (var told = 0; told < Fanout; told++)
        {
            if (Anybody() is { } peer)
                Tell(peer);
        }
    }

    private void Tell(MemberRecord peer)
    {
        if (_record is null || !_answers.TryTake(_state.Now))
            return;
        var message = Begin(BirthPart.Told);
        message.Bytes(_record.Raw);
        _mail.Send(peer, message);
    }

    // The leader counts who has it; who leads now hears it as well as who led then.
    private void Acknowledge()
    {
        _acknowledgeDue = _isHeard ? Instant.Never : _state.Now + (AcknowledgePeriod / 2) + _state.Random.Next(AcknowledgePeriod);
        if (!_isHeard && _state.Claim is { } claim && _state.View.TryGet(claim.Address, out var leader) && leader.IsLive && !_state.IsMe(leader))
            SendTag(leader, BirthPart.Held);
    }

    private void SendTag(MemberRecord peer, BirthPart part)
    {
        var message = Begin(part);
        message.UInt64(_state.SealTag);
        _mail.Send(peer, message);
    }

    private WireWriter Begin(BirthPart part)
    {
        var message = _mail.Write(MessageKind.Birth);
        message.Byte((byte)part);
        return message;
    }

    private MemberRecord? Anybody() =>
        _state.View.ReachableCount > 1 && _state.View.AnyReachable(_state.Random) is var chosen && !_state.IsMe(chosen) ? chosen : null;
}
