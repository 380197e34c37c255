using Crux.Machines.Flock.Attributes;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;
using Crux.Machines.Flock.Scan;

namespace Crux.Machines.Flock;

/// <summary>Opens datagrams, decides who may say what, and hands each message to the part that understands it.</summary>
internal sealed class Reception(
    FlockState state, Introductions introductions, ViewExchange exchange, ExchangeClock clock, BlobFetch blobs, BlobAnswers blobAnswers, Census census, Leadership leadership,
    DetectionParts detection, Settlement settlement, Goodbye goodbye, OrderExchange orders, Births births, ForeignFlocks foreigners, AttributeExchange attributes, KeyDesk keys, Clones clones, ElectionDesk election)
{
    private readonly List<LeaderClaim> _claims = [];

    /// <summary>Whether the last datagram was of a kind that makes nothing due but where a part's own deadline, the view, a blob or the claim shows it.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Whether it asked if anybody is there: the answer keeps nothing.</summary>
    public bool WasHello { get; private set; }

    public bool TryTake(NetAddress from, ReadOnlySpan<byte> datagram, out RejectReason reason)
    {
        (IsPlain, WasHello) = (false, false);
        if (!state.Gate.TryOpen(state.Now, from, datagram, out var header, out var payload, out reason))
            return false;
        var reader = new WireReader(payload);
        var kind = (MessageKind)reader.Byte();
        reason = RejectReason.WrongTier;
        if (!KeyPolicy.Allows(state.Now, header, kind, state.Gate.Ring))
        {
            keys.Remind(from, header.Salt);
            return false;
        }
        reason = RejectReason.NotAdmitted;
        if (IsShutOut(from, header))
            return false;
        reason = RejectReason.Malformed;
        WasHello = kind == MessageKind.Hello;
        IsPlain = kind is MessageKind.Hello or MessageKind.Beat or MessageKind.Agree or MessageKind.Sync or MessageKind.Maps or MessageKind.Blocks
            or MessageKind.Want or MessageKind.Gossip or MessageKind.WantBlobs or MessageKind.WantManyBlobs or MessageKind.Blobs;
        if (!header.IsBound)
        {
            return kind switch
            {
                MessageKind.Hello => introductions.OnHello(from, header.Salt, ref reader),
                MessageKind.Challenge => introductions.OnChallenge(from, header.Salt, ref reader),
                _ => false,
            };
        }
        switch (kind)
        {
            case MessageKind.Join:
                if (introductions.OnJoin(from, header.Salt, ref reader))
                    return Heard(from, header.Salt);
                reason = introductions.HasRefused ? RejectReason.NotAdmitted : reason;
                return false;
            case MessageKind.Welcome:
                if (!introductions.OnWelcome(from, header.Salt, ref reader, out var summary))
                    return false;
                if (state.View.TryGetLive(from, out var welcoming))
                    Compare(welcoming, summary);
                return Heard(from, header.Salt);
            case >= MessageKind.KeyState and <= MessageKind.KeyHeard:
                return keys.Take(from, header, kind, ref reader);
        }
        // Who is the copy of a member is told so before it is one.
        if (kind == MessageKind.Clone)
            return clones.OnProof(ref reader);
        if (kind is MessageKind.Sync or MessageKind.Maps)
            TakeAsker(from, header.Salt, reader);
        // Who is sealed and who is not yet may be strangers to each other, or members.
        if (kind == MessageKind.Birth && reader.Peek() <= (byte)BirthPart.Answer)
            return births.OnStranger(from, header.Salt, ref reader);
        if (!state.View.TryGetLive(from, out var sender) || sender.Salt != header.Salt)
        {
            reason = RejectReason.Stranger;
            introductions.HelloStranger(from);
            return false;
        }
        Heard(from, header.Salt);
        return TryTakeView(sender, kind, ref reader) ?? TakeFromAcquaintance(state.View.Find(from)!, header, kind, ref reader);
    }

    // The generation before still opens for a minute, for those who are late; not for whom the one in use was made to leave out.
    private bool IsShutOut(NetAddress from, FrameHeader header) =>
        header.IsTransient && state.Gate.Ring.Active is { } active && header.Generation != active.Id.Tag
        && state.View.BlobOf(from) is { } blob && blob.Salt == header.Salt && state.Admission.IsRevoked(blob.Id);

    // What members send each other while the flock forms, any to any: nothing is kept of who sent it. Null where it is something else.
    private bool? TryTakeView(MemberRecord sender, MessageKind kind, ref WireReader reader)
    {
        switch (kind)
        {
            case MessageKind.Sync:
            case MessageKind.Maps:
                return TakeRequest(sender, kind, ref reader);
            case MessageKind.Agree:
                return TryCompare(sender, ref reader);
            case MessageKind.Blocks:
                return exchange.OnPrints(sender, ref reader);
            case MessageKind.Want:
                return exchange.OnWant(sender, ref reader);
            case MessageKind.Gossip:
                return TakeGossip(sender, ref reader);
            case MessageKind.WantBlobs:
                return blobAnswers.OnWant(sender, ref reader);
            case MessageKind.WantManyBlobs:
                return blobAnswers.OnWantMany(sender, ref reader);
            case MessageKind.Blobs:
                return blobs.OnBlobs(ref reader);
            default:
                return null;
        }
    }

    private bool TakeFromAcquaintance(Slot sender, FrameHeader header, MessageKind kind, ref WireReader reader)
    {
        switch (kind)
        {
            case MessageKind.Beat:
                return detection.OnBeat(sender, ref reader) && TryCompare(sender.Record, ref reader);
            case MessageKind.Ack:
                return detection.OnAck(sender, ref reader);
            case MessageKind.Probe or MessageKind.Doubt or MessageKind.Alarm or MessageKind.Verdicts:
                return detection.TryTake(sender, kind, ref reader);
            case MessageKind.Goodbye:
                if (!goodbye.OnGoodbye(sender, ref reader))
                    return false;
                if (!state.View.IsLive(sender.Address))
                    election.OnLeft(sender);
                return true;
            case >= MessageKind.Lease and <= MessageKind.Vote:
                return election.OnMessage(sender, kind, ref reader);
            case MessageKind.Orders:
                return orders.OnOrders(sender, header.IsTransient, ref reader);
            case MessageKind.Order:
                return orders.OnOrder(ref reader);
            case MessageKind.Birth:
                return births.OnMember(sender, ref reader);
            case MessageKind.WantAttributes:
                return attributes.OnWant(sender);
            case MessageKind.Attributes:
                return attributes.OnAttributes(sender, ref reader);
            case MessageKind.Foreign:
                return foreigners.OnForeign(ref reader);
            default:
                return false;
        }
    }

    private bool Heard(NetAddress from, ulong salt)
    {
        if (state.View.FindMet(from) is { } slot && slot.Record.Salt == salt)
            slot.HeardAt = state.HeardAt = state.Now;
        return true;
    }

    private bool TryCompare(MemberRecord sender, ref WireReader reader)
    {
        var theirs = ViewSummary.Read(ref reader);
        if (reader.Failed)
            return false;
        Compare(sender, theirs);
        return true;
    }

    private void Compare(MemberRecord sender, ViewSummary theirs)
    {
        var mine = state.Summarise();
        if (theirs.IsSettled)
            state.SettledMembers = Math.Max(state.SettledMembers, theirs.Count);
        if (theirs.Hash == mine.Hash)
            settlement.Agree(sender, theirs);
        clock.Note(theirs);
        ShowClaim(sender, theirs);
        if (theirs.Hash != mine.Hash || theirs.ClaimDigest != mine.ClaimDigest)
            clock.Ask(sender);
    }

    // Whoever asks may be new: it speaks with the flock's key, to this boot, and says which life of its slot it is in. That is
    // worth what any member's word is worth.
    private void TakeAsker(NetAddress from, ulong salt, WireReader reader)
    {
        if (state.View.TryGet(from, out var held) && held.Salt == salt)
            return;
        var (incarnation, status) = RecordCodec.ReadLife(ref reader);
        if (!reader.Failed && status == RecordStatus.Alive)
            census.Greet(new MemberRecord(from, incarnation, status, salt));
    }

    private bool TakeRequest(MemberRecord sender, MessageKind kind, ref WireReader reader)
    {
        RecordCodec.ReadLife(ref reader);
        var theirs = ViewSummary.Read(ref reader);
        if (reader.Failed)
            return false;
        clock.Note(theirs);
        ShowClaim(sender, theirs);
        if (theirs.Hash == state.View.Hash)
        {
            settlement.Agree(sender, theirs);
            exchange.Agree(sender);
            return true;
        }
        return kind == MessageKind.Sync ? exchange.OnHashes(sender, ref reader) : exchange.OnMaps(sender, ref reader);
    }

    // Whoever holds another claim, or none, is shown this node's; the better one of the two prevails.
    private void ShowClaim(MemberRecord sender, ViewSummary theirs)
    {
        if (state.Claim is { } claim && theirs.ClaimDigest != claim.Digest)
            exchange.Show(sender, claim);
    }

    private bool TakeGossip(MemberRecord sender, ref WireReader reader)
    {
        _claims.Clear();
        GossipCodec.ReadClaims(ref reader, _claims);
        if (reader.Failed || !GossipCodec.AreSections(reader))
            return false;
        census.Learn(ref reader, sender.Address, isSpread: true);
        exchange.Correct(sender, census.Outdated);
        foreach (var claim in _claims)
            leadership.Learn(claim, sender.Address);
        IsPlain = _claims.Count == 0;
        return true;
    }
}
