using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// Fetches the blobs of all members where all are needed: at the leader, whose steward has to know every reeve by its key, at those
/// that will lead next, and where an operator asks who is there; and in a middling flock at everybody's leisure. In bulk: each request
/// names by bitmaps what is lacking, and whoever is asked shows what it has of that, at least itself.
/// </summary>
internal sealed class BlobRoll(FlockState state, Mail mail, BlobFetch blobs)
{
    /// <summary>So many that are next in line to lead keep the roll too: a new leader must not begin with nothing.</summary>
    public const int Successors = 2;

    /// <summary>Bytes of requests and answers a second, and at once: ten thousand keys in some three minutes.</summary>
    public const double BytesPerSecond = 20_000;

    /// <inheritdoc cref="BytesPerSecond"/>
    public const int BurstBytes = 8_000;

    /// <summary>
    /// In a view of up to <see cref="FlockOptions.AcquaintedMembers"/> everybody knows everybody in the end. When it has stood still for
    /// so long, with so many bytes a second: a thousand keys in about a minute, and three datagrams a second from each node meanwhile.
    /// </summary>
    public static readonly TimeSpan Leisure = TimeSpan.FromSeconds(2);

    /// <inheritdoc cref="Leisure"/>
    public const double LeisureBytesPerSecond = 4_000;

    /// <summary>Least time between two requests, and the most after many in vain: members that were made up never answer.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(25);

    /// <inheritdoc cref="Period"/>
    public static readonly TimeSpan MaxPeriod = TimeSpan.FromSeconds(8);

    /// <summary>Requests without any gain after which the period is twice as long, and so on.</summary>
    public const int VainBeforeSlower = 32;

    /// <summary>For so long after somebody asked for everybody this node goes on fetching.</summary>
    public static readonly TimeSpan WantedFor = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of one request: the bitmaps of a dozen blocks.</summary>
    public const int RequestBytes = 480;

    private double _bytes = BurstBytes;
    private long _takenBefore;
    private Instant _filledAt = state.Now;
    private Instant _due = state.Now;
    private Instant _wantedUntil = state.Now;
    private TimeSpan _period = Period;
    // Each begins at its own place: from the first block on, thousands would ask the same member first.
    private NetAddress _last = state.Self.Address;
    private int _known;
    private int _vain;
    private bool _isOthersTurn;

    public Instant Due => !IsNeeded ? Instant.Never : IsPressing ? _due : Instant.Max(_due, state.View.ChangedAt + Leisure);

    private bool IsNeeded => state.IsSettled && state.View.IdentifiedCount < state.View.LiveCount && state.View.LiveCount > Math.Min(BlobFetch.EagerMembers, state.Options.AcquaintedMembers)
        && (IsPressing || state.View.LiveCount <= state.Options.AcquaintedMembers);

    private bool IsPressing => state.Now < _wantedUntil || IsLeading || state.View.AheadOfMe <= Successors;

    private double Rate => IsPressing ? BytesPerSecond : LeisureBytesPerSecond;

    private bool IsLeading => state.Claim?.Leader == state.Id || state.Fence is { IsMine: true };

    /// <summary>Somebody at this node wants to know who all are; how many are missing.</summary>
    public int Want()
    {
        _wantedUntil = state.Now + WantedFor;
        return state.View.LiveCount - state.View.IdentifiedCount;
    }

    public void Tick()
    {
        if (state.Now < Due)
            return;
        Refill();
        if (_bytes < 0)
        {
            _due = state.Now + Period + TimeSpan.FromSeconds(-_bytes / Rate);
            return;
        }
        _due = state.Now + NextPeriod();
        if (state.View.NextUnidentified(_last) is not { } next || ChoosePeer(next) is not { } peer)
            return;
        _last = next;
        _bytes -= Ask(peer, BlockId.Of(next));
    }

    private void Refill()
    {
        var taken = blobs.TakenBytes - _takenBefore;
        _takenBefore = blobs.TakenBytes;
        _bytes = Math.Min(BurstBytes, _bytes + ((state.Now - _filledAt).TotalSeconds * Rate)) - taken;
        _filledAt = state.Now;
    }

    private TimeSpan NextPeriod()
    {
        var gained = state.View.IdentifiedCount - _known;
        _known = state.View.IdentifiedCount;
        _vain = gained > 0 ? 0 : _vain + 1;
        _period = gained > 0 ? Period : _vain % VainBeforeSlower != 0 ? _period : TimeSpan.FromTicks(Math.Min(2 * _period.Ticks, MaxPeriod.Ticks));
        return _period;
    }

    // The leader has most of them, but can't show them to a thousand who are in no hurry: they show each other. Each has its own.
    private MemberRecord? ChoosePeer(NetAddress lacking)
    {
        _isOthersTurn = !_isOthersTurn;
        var address = !_isOthersTurn ? lacking
            : !IsPressing ? state.View.AnyReachable(state.Random).Address
            : !IsLeading && state.Claim is { } claim ? claim.Address : lacking;
        if (address == state.Self.Address)
            address = lacking;
        return state.View.TryGet(address, out var peer) && peer.IsLive ? peer : null;
    }

    private int Ask(MemberRecord peer, BlockId first)
    {
        var message = mail.Write(MessageKind.WantManyBlobs);
        var cursor = default(BlockCursor);
        var blocks = state.View.Blocks;
        var start = Math.Max(0, state.View.PlaceOf(first));
        for (var i = 0; i < blocks.Count && message.Length + BlockCursor.MaxBytes + BlockMap.MaxBytes <= RequestBytes; i++)
        {
            var block = blocks[(start + i) % blocks.Count];
            var lacking = block.Unidentified();
            if (lacking.IsEmpty)
                continue;
            cursor.Write(ref message, block.Id);
            BlockMap.WriteSlots(ref message, lacking);
        }
        mail.Send(peer, message);
        return message.Length + FrameHeader.OverheadBytes;
    }
}
