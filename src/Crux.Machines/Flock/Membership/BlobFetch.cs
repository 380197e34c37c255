using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// Fetches the blobs of members that have none yet: those this node has to do with at once, and in a small flock all others as they
/// come. From whoever told of them, from anybody, from themselves. In a larger one <see cref="BlobRoll"/> sees to the rest.
/// </summary>
internal sealed class BlobFetch(FlockState state, Mail mail, CloneWatch clones)
{
    /// <summary>Time between two rounds of asking.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(60);

    /// <summary>
    /// Time before a blob is asked for again, for the first <see cref="QuickTries"/>, and at most, twice as long each time from then on: a
    /// lost datagram is no reason to wait, a member that was made up is; and one that has no key yet for a second or two has not.
    /// </summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc cref="FirstRetry"/>
    public static readonly TimeSpan MaxRetry = TimeSpan.FromSeconds(8);

    /// <inheritdoc cref="FirstRetry"/>
    public const int QuickTries = 12;

    /// <summary>Records travel faster than blobs: whoever told of a member often can't show its blob yet, and somebody else is asked soon.</summary>
    public static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);

    /// <summary>Tries until then; twice as many where everybody waits for everybody's.</summary>
    public const int ImpatientTries = 3;

    /// <summary>Blobs asked for in one round.</summary>
    public const int MaxWantedPerRound = 64;

    /// <summary>In a view of up to this many, everybody's blob is fetched at once; while it grows fast, nobody's: it may soon be a large one.</summary>
    public const int EagerMembers = 256;

    private const int MaxDoublings = 8;

    private readonly SortedDictionary<NetAddress, List<NetAddress>> _asked = [];
    private ulong _walkedAt = ulong.MaxValue;
    private Instant _nextRound = state.Now;

    /// <summary>Bytes of blobs that came so far, wanted or not.</summary>
    public long TakenBytes { get; private set; }

    public Instant Due
    {
        get
        {
            if (IsEager && _walkedAt != state.View.Version)
                return _nextRound;
            return state.BlobsWanted.Count > 0 ? Instant.Max(_nextRound, state.BlobsDue) : Instant.Never;
        }
    }

    private bool IsEager => state.View.LiveCount <= Math.Min(EagerMembers, state.Options.AcquaintedMembers);

    /// <summary>Takes a blob if it belongs to a member that has none, and is signed right.</summary>
    public bool Learn(ReadOnlySpan<byte> raw)
    {
        if (!NodeBlob.TryRead(raw, out var blob))
            return false;
        if (!state.View.TryGet(blob.Address, out var record) || !record.IsLive || !blob.IsOf(record)
            || state.View.BlobOf(blob.Address) is not null || !state.Checks.MayCheckBlob(state.Now))
            return true;
        state.Counters.Verifications++;
        if (!blob.IsSignedRight(state.Signer))
            return false;
        state.View.Identify(blob);
        state.BlobsLearnt++;
        clones.See(blob);
        return true;
    }

    /// <summary>Whether <paramref name="raw"/> is the blob of just this record, signed by the node it names; checked once.</summary>
    public bool IsProof(MemberRecord record, ReadOnlySpan<byte> raw, out NodeBlob? blob)
    {
        blob = state.View.BlobOf(record.Address) is { } known && known.IsOf(record) ? known : null;
        if (blob is not null)
            return blob.Raw.AsSpan().SequenceEqual(raw);
        if (!NodeBlob.TryRead(raw, out blob) || !blob.IsOf(record))
            return false;
        state.Counters.Verifications++;
        return blob.IsSignedRight(state.Signer);
    }

    /// <summary>A node introduced itself, and is in the view.</summary>
    public void Met(NodeBlob blob) => clones.See(blob);

    /// <summary>Wants the blobs of all members at a host; how many of them are not here.</summary>
    public int WantHost(NetAddress host)
    {
        var missing = 0;
        foreach (var block in state.View.Blocks)
        {
            var address = host.WithPort(block.Id.Port);
            if (block.Id != BlockId.Of(address) || !block.Live.Has(BlockId.SlotOf(address)) || block.BlobAt(BlockId.SlotOf(address)) is not null)
                continue;
            missing++;
            var slot = state.View.Find(address)!;
            // Asked of itself at once: it is there, or it would not be spoken to.
            slot.Informant = address;
            slot.BlobDue = state.Now;
            state.WantBlob(slot);
        }
        return missing;
    }

    public void Tick()
    {
        if (state.Now < Due)
            return;
        _nextRound = state.Now + Period;
        // Who comes to a settled flock has its whole view at once, and it grows no further.
        if (IsEager && (!state.View.IsGrowingFast || (state.SettledMembers > 0 && state.View.LiveCount >= state.SettledMembers)))
            WantAll();
        _asked.Clear();
        Plan();
        foreach (var (holder, wanted) in _asked)
            Ask(holder, wanted);
    }

    public bool OnBlobs(ref WireReader reader)
    {
        TakenBytes += reader.Left;
        while (!reader.AtEnd && !reader.Failed)
        {
            if (!Learn(reader.Take(reader.UInt16())))
                return false;
        }
        return !reader.Failed;
    }

    private void WantAll()
    {
        if (_walkedAt == state.View.Version)
            return;
        _walkedAt = state.View.Version;
        foreach (var record in state.View.Live)
        {
            if (state.View.BlobOf(record.Address) is null)
                state.WantBlob(state.View.Find(record.Address)!);
        }
    }

    private void Plan()
    {
        var (wanted, kept, planned) = (state.BlobsWanted, 0, 0);
        state.BlobsDue = Instant.Never;
        for (var i = 0; i < wanted.Count; i++)
        {
            var slot = wanted[i];
            if (slot.Blob is not null || !slot.Record.IsLive || !IsNeeded(slot))
            {
                (slot.IsBlobWanted, slot.IsBlobNeeded) = (false, false);
                continue;
            }
            wanted[kept++] = slot;
            if (planned < MaxWantedPerRound && state.Now >= slot.BlobDue)
            {
                planned++;
                Plan(slot);
            }
            state.BlobsDue = Instant.Min(state.BlobsDue, slot.BlobDue);
        }
        wanted.RemoveRange(kept, wanted.Count - kept);
    }

    // A neighbour that is none any more has come and gone while the view grew.
    private bool IsNeeded(Slot slot) => IsEager || slot.IsBlobNeeded || slot.IsPinned || slot.Rank != Slot.NotObserved;

    private void Plan(Slot slot)
    {
        // In a small flock whoever told of one told of others, and shows them together. In a large one the record came from anybody.
        var holder = ((slot.BlobTries + (IsEager || slot.IsBlobNeeded ? 0 : 1)) % 3) switch
        {
            0 => slot.Informant,
            1 => slot.Address,
            _ => state.View.AnyReachable(state.Random).Address,
        };
        if (holder == state.Self.Address || !state.View.IsLive(holder))
            holder = slot.Address;
        slot.BlobDue = state.Now + RetryAfter(slot.BlobTries++);
        if (!_asked.TryGetValue(holder, out var list))
            _asked[holder] = list = [];
        list.Add(slot.Address);
    }

    private TimeSpan RetryAfter(int tries) =>
        tries < (IsEager ? 2 : 1) * ImpatientTries ? Impatience
        : tries < QuickTries ? FirstRetry
        : TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << Math.Min(tries - QuickTries + 1, MaxDoublings), MaxRetry.Ticks));

    private void Ask(NetAddress holder, List<NetAddress> wanted)
    {
        if (!state.View.TryGet(holder, out var record))
            return;
        var message = mail.Write(MessageKind.WantBlobs);
        foreach (var address in wanted)
            message.Address(address);
        mail.Send(record, message);
    }
}
