using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Scan;

/// <summary>
/// How two nodes come to know each other: hello, challenge, join, welcome. Until a cookie has been echoed, neither side keeps
/// anything of the other.
/// </summary>
internal sealed class Introductions(FlockState state, Mail mail, Census census, BlobFetch blobs, Leadership leadership, Callbacks callbacks, Births births, Beacons beacons)
{
    /// <summary>Challenges sent at once, and a second. One costs some 5 us and is no longer than the hello it answers.</summary>
    public const int ChallengeBurst = 1_024;

    /// <inheritdoc cref="ChallengeBurst"/>
    public const double ChallengesPerSecond = 1_000;

    /// <summary>Welcomes with records sent at once, and a second; beyond that a welcome carries none, and the views are compared later.</summary>
    public const int WelcomeBurst = 128;

    /// <inheritdoc cref="WelcomeBurst"/>
    public const double WelcomesPerSecond = 100;

    /// <summary>Members named to a newcomer when there are too many of them to be welcomed at length: it asks those.</summary>
    public const int RedirectMembers = 8;

    /// <summary>A view of so many is a newcomer's.</summary>
    public const int MaxLonely = 8;

    /// <summary>Joins that a lonely node sends at once, and a second: a dense range answers its first hellos ten times over.</summary>
    public const int JoinBurst = 2;

    /// <inheritdoc cref="JoinBurst"/>
    public const double JoinsPerSecond = 60;

    /// <summary>Hellos to authentic strangers at once, and a second.</summary>
    public const int StrangerBurst = 32;

    /// <inheritdoc cref="StrangerBurst"/>
    public const double StrangersPerSecond = 32;

    // With its beacon, which is never shorter, a hello is as long as the longest challenge: who forges a sender's address gains nothing by it.
    private const int HelloPayloadBytes = 1 + (2 * CookieJar.CookieBytes) + 16 + RecordCodec.MaxRecordBytes + 2 + RecordCodec.MaxRecordBytes - Beacons.MinBytes;

    private readonly TokenBucket _challenges = new(ChallengeBurst, ChallengesPerSecond);
    private readonly TokenBucket _welcomes = new(WelcomeBurst, WelcomesPerSecond);
    private readonly TokenBucket _joins = new(JoinBurst, JoinsPerSecond);
    private readonly TokenBucket _strangers = new(StrangerBurst, StrangersPerSecond);
    /// <summary>Shows newcomers which keys are in use, and refuses whom the operator doesn't let in.</summary>
    public KeyDesk? Keys { get; set; }

    /// <summary>Keeps this node out for a while where it was evicted.</summary>
    public Probation? Probation { get; set; }

    /// <summary>Refuses copies of machines that are here.</summary>
    public Clones? Clones { get; set; }

    /// <summary>Whether the operator doesn't let in who introduced itself last.</summary>
    public bool HasRefused { get; private set; }

    private readonly List<LeaderClaim> _claims = [];

    /// <summary>Asks whether anybody is there.</summary>
    public void Hello(NetAddress to, Reach reach)
    {
        var message = mail.Write(MessageKind.Hello);
        state.Gate.Cookies.Bake(state.Now, CookiePurpose.Hello, to, 0, message.Next(CookieJar.CookieBytes));
        message.UInt64(state.SealTag);
        message.Next(HelloPayloadBytes - message.Length).Clear();
        mail.SendWithBeacon(to, reach, message, beacons);
    }

    /// <summary>Asks a node that speaks as if it were known to introduce itself.</summary>
    public void HelloStranger(NetAddress to)
    {
        if (_strangers.TryTake(state.Now))
            Hello(to, Reach.Proven);
    }

    public bool OnHello(NetAddress from, ulong salt, ref WireReader reader)
    {
        var echo = reader.Take(CookieJar.CookieBytes);
        if (reader.Failed || reader.Left != HelloPayloadBytes - 1 - CookieJar.CookieBytes || state.IsForeign(reader.UInt64()))
            return false;
        if (!_challenges.TryTake(state.Now))
            return true;
        var message = mail.Write(MessageKind.Challenge);
        message.Bytes(echo);
        state.Gate.Cookies.Bake(state.Now, CookiePurpose.Challenge, from, salt, message.Next(CookieJar.CookieBytes));
        message.UInt64(state.View.Hash);
        RecordCodec.WriteInBlock(ref message, state.Me.Record);
        WriteHeld(ref message, from, salt);
        message.UInt64(state.SealTag);
        mail.SendUnbound(from, Reach.Proven, message);
        return true;
    }

    public bool OnChallenge(NetAddress from, ulong salt, ref WireReader reader)
    {
        var mine = reader.Take(CookieJar.CookieBytes);
        var cookie = reader.Take(CookieJar.CookieBytes);
        var hash = reader.UInt64();
        var record = RecordCodec.ReadInBlock(ref reader, BlockId.Of(from));
        var held = ReadHeld(ref reader);
        var sealTag = reader.UInt64();
        if (reader.Failed || record.Address != from || record.Salt != salt || !record.IsLive || state.IsForeign(sealTag))
            return false;
        // Not an answer to a hello of this boot: an old one, or one sent again by a stranger.
        if (!state.Gate.Cookies.Holds(state.Now, CookiePurpose.Hello, from, 0, mine))
            return true;
        Clones?.Meet(record);
        if (state.AsideFor is not null)
            return true;
        if (!TakeHeld(from, held))
            return true;
        // It knows this node: where nothing stands against its own record, which it just showed, nothing is missing.
        if (held.Record == state.Me.Record && sealTag == state.SealTag && Knows(record, from))
            return true;
        callbacks.Add(from);
        if (sealTag != state.SealTag)
        {
            // One is sealed and the other is not yet: first both hold one birth record, then they join.
            if (sealTag != 0)
                births.Ask(from, salt, cookie);
            else
                births.Answer(from, salt, cookie);
            return true;
        }
        if (IsLonely && !_joins.TryTake(state.Now))
            return true;
        var message = mail.Write(MessageKind.Join);
        message.Bytes(cookie);
        state.Gate.Cookies.Bake(state.Now, CookiePurpose.Hello, from, 0, message.Next(CookieJar.CookieBytes));
        WriteHeld(ref message, from, salt);
        WriteSelf(ref message);
        mail.Send(from, salt, message);
        return true;
    }

    /// <summary>A join comes from a node that is not in the view yet: its cookie, not its record, is what lets it in.</summary>
    public bool OnJoin(NetAddress from, ulong salt, ref WireReader reader)
    {
        HasRefused = false;
        var cookie = reader.Take(CookieJar.CookieBytes);
        var echo = reader.Take(CookieJar.CookieBytes);
        var held = ReadHeld(ref reader);
        if (reader.Failed || !state.Gate.Cookies.Holds(state.Now, CookiePurpose.Challenge, from, salt, cookie))
            return false;
        if (!ReadSelf(from, salt, ref reader, out var theirs))
            return false;
        if (!TakeHeld(from, held))
            return true;
        var message = mail.Write(MessageKind.Welcome);
        message.Bytes(echo);
        WriteSelf(ref message);
        GossipCodec.WriteHead(ref message, state.Claim);
        // Who knows others already gets on by comparing views.
        if (theirs.Count <= MaxLonely)
            WriteSome(ref message, from, _welcomes.TryTake(state.Now) ? int.MaxValue : RedirectMembers);
        mail.Send(from, salt, message);
        Keys?.Greet(from, salt);
        return true;
    }

    public bool OnWelcome(NetAddress from, ulong salt, ref WireReader reader, out ViewSummary summary)
    {
        summary = default;
        var echo = reader.Take(CookieJar.CookieBytes);
        if (reader.Failed || !state.Gate.Cookies.Holds(state.Now, CookiePurpose.Hello, from, 0, echo) || !ReadSelf(from, salt, ref reader, out summary))
            return false;
        _claims.Clear();
        GossipCodec.ReadClaims(ref reader, _claims);
        if (reader.Failed || !GossipCodec.AreSections(reader))
            return false;
        // A newcomer passes on nothing of what it learns here: to everyone else it is old.
        census.Learn(ref reader, from, isSpread: false);
        foreach (var claim in _claims)
            leadership.Learn(claim, from);
        return true;
    }

    private bool Knows(MemberRecord record, NetAddress from)
    {
        // Once members hold keys of their own, whoever is not in the view has to be let in by its key.
        if (state.Gate.Ring.Active is null)
            census.Learn(record, from, hops: 0);
        return state.View.TryGet(from, out var known) && known == record;
    }

    private bool IsLonely => state.View.LiveCount == 1;

    // What is held of the other's slot: it lets the other choose an incarnation above that; and how long it has to prove that it is
    // well, where it was evicted.
    private void WriteHeld(ref WireWriter message, NetAddress other, ulong salt)
    {
        var isHeld = state.View.TryGet(other, out var held);
        message.Byte(isHeld ? (byte)1 : (byte)0);
        if (!isHeld)
            return;
        message.Byte((byte)census.Relapses.ProofOf(other, salt).TotalSeconds);
        RecordCodec.WriteInBlock(ref message, held);
    }

    private (MemberRecord? Record, TimeSpan Proof) ReadHeld(ref WireReader reader)
    {
        if (reader.Byte() != 1)
            return default;
        var proof = TimeSpan.FromSeconds(reader.Byte());
        return (RecordCodec.ReadInBlock(ref reader, BlockId.Of(state.Self.Address)), proof);
    }

    // False where this node was evicted and is not to come back yet.
    private bool TakeHeld(NetAddress from, (MemberRecord? Record, TimeSpan Proof) held)
    {
        var mine = held.Record is { } record && record.Address == state.Self.Address ? held.Record : null;
        if (Probation?.Holds(from, mine, held.Proof) == true)
            return false;
        if (mine is { } about)
            census.Refute(about);
        return true;
    }

    private void WriteSelf(ref WireWriter message)
    {
        message.UInt64(state.SealTag);
        state.Summarise().Write(ref message);
        RecordCodec.WriteInBlock(ref message, state.Me.Record);
        message.UInt16((ushort)state.Blob.Raw.Length);
        message.Bytes(state.Blob.Raw);
    }

    private bool ReadSelf(NetAddress from, ulong salt, ref WireReader reader, out ViewSummary summary)
    {
        summary = default;
        // Sealed otherwise, or a moment before or after this node: the handshake begins again once both hold one birth record.
        if (reader.UInt64() != state.SealTag)
            return false;
        summary = ViewSummary.Read(ref reader);
        var record = RecordCodec.ReadInBlock(ref reader, BlockId.Of(from));
        var blob = reader.Take(reader.UInt16());
        // Who introduces itself proves that it holds the key of the id it names.
        if (reader.Failed || record.Address != from || record.Salt != salt || !record.IsLive || !blobs.IsProof(record, blob, out var proven))
            return false;
        HasRefused = Keys?.Admits(proven!) == false;
        if (HasRefused || Clones?.Refuses(proven!) == true)
            return false;
        census.Introduce(record, from);
        if (state.View.FindLive(from) is not { } slot || !slot.Record.IsSameBoot(record))
            return true;
        // A record that gossip brought before has changed nothing just now: only the blob tells that there is something to show.
        if (slot.Blob is null)
            state.BlobsLearnt++;
        state.View.Identify(proven!);
        blobs.Met(proven!);
        return true;
    }

    // From a random place on: newcomers that are welcomed by several members learn of different ones.
    private void WriteSome(ref WireWriter message, NetAddress except, int most)
    {
        var blocks = state.View.Blocks;
        var start = state.Random.Next(blocks.Count);
        var cursor = default(BlockCursor);
        for (var i = 0; i < blocks.Count && most > 0 && message.Room >= GossipCodec.RoomForRecord; i++)
        {
            var block = blocks[(start + i) % blocks.Count];
            var slots = Without(block, Without(block, block.Live, except), state.Self.Address).First(most);
            most -= slots.Count;
            if (!slots.IsEmpty)
                RecordSection.Write(ref message, ref cursor, block, ref slots, hops: 0);
        }
    }

    private static SlotSet Without(ViewBlock block, SlotSet slots, NetAddress address)
    {
        if (block.Id == BlockId.Of(address))
            slots.Remove(BlockId.SlotOf(address));
        return slots;
    }
}
