using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// Fetches the blobs of members that have none yet: those this node has to do with at once, all others as they come in a small
/// flock, and slowly in a large one. From whoever told of them, from anybody, from themselves.
/// </summary>
internal sealed class BlobFetch(FlockState state, Mail mail)
{
    /// <summary>Time between two rounds of asking.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(60);

    /// <summary>
    /// Time before a blob is asked for again, for the first <see cref="QuickTries"/> and after: a lost datagram is no reason to
    /// wait, a member that was made up is.
    /// </summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc cref="FirstRetry"/>
    public static readonly TimeSpan MaxRetry = TimeSpan.FromSeconds(8);

    /// <inheritdoc cref="FirstRetry"/>
    public const int QuickTries = 12;

    /// <summary>Records travel faster than blobs: whoever told of a member often can't show its blob yet, and somebody else is asked soon.</summary>
    public static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc cref="Impatience"/>
    public const int ImpatientTries = 3;

    /// <summary>Blobs asked for in one round.</summary>
    public const int MaxWantedPerRound = 64;

    /// <summary>In a view of up to this many, everybody's blob is fetched at once.</summary>
    public const int EagerMembers = 256;

    /// <summary>In a view of up to this many, <see cref="MediumPerSecond"/> of the rest are fetched once the view is settled; beyond it, <see cref="LargePerSecond"/>.</summary>
    public const int MediumMembers = 1_024;

    /// <inheritdoc cref="MediumMembers"/>
    public const double MediumPerSecond = 50;

    /// <summary>A blob in four seconds: some 90 B/s, what a quiet node has to spare.</summary>
    public const double LargePerSecond = 0.25;

    /// <summary>Datagrams with blobs sent at once, and a second.</summary>
    public const int AnswerBurst = 128;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 400;

    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly TokenBucket _unhurried = new(8, LargePerSecond);
    private readonly SortedDictionary<NetAddress, List<NetAddress>> _asked = [];
    private ulong _walkedAt = ulong.MaxValue;
    private Instant _nextRound = state.Now;
    private NetAddress _walkFrom;

    public Instant Due
    {
        get
        {
            if (state.BlobsWanted.Count > 0 || (IsEager && _walkedAt != state.View.Version))
                return _nextRound;
            return IsEager || IsComplete || !state.IsSettled ? Instant.Never : Instant.Max(_nextRound, _unhurried.NextAt(state.Now));
        }
    }

    private bool IsEager => state.View.LiveCount <= EagerMembers;

    private bool IsComplete => state.View.IdentifiedCount == state.View.LiveCount;

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

    public void Tick()
    {
        if (state.Now < Due)
            return;
        _nextRound = state.Now + Period;
        if (IsEager)
            WantAll();
        else if (!IsComplete && state.IsSettled)
            WantNext();
        _asked.Clear();
        Plan();
        foreach (var (holder, wanted) in _asked)
            Ask(holder, wanted);
    }

    public bool OnWant(Slot peer, ref WireReader reader)
    {
        var message = mail.Write(MessageKind.Blobs);
        while (!reader.AtEnd && !reader.Failed)
        {
            if (state.View.BlobOf(reader.Address()) is not { } blob)
                continue;
            if (message.Room < blob.Raw.Length + 2)
            {
                if (!_answers.TryTake(state.Now))
                    return true;
                mail.Send(peer, message);
                message = mail.Write(MessageKind.Blobs);
            }
            message.UInt16((ushort)blob.Raw.Length);
            message.Bytes(blob.Raw);
        }
        if (message.Length > 1 && _answers.TryTake(state.Now))
            mail.Send(peer, message);
        return !reader.Failed;
    }

    public bool OnBlobs(ref WireReader reader)
    {
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

    // One that has none yet, from where the last walk ended: each has its turn.
    private void WantNext()
    {
        _unhurried.PerSecond = state.View.LiveCount <= MediumMembers ? MediumPerSecond : LargePerSecond;
        while (state.BlobsWanted.Count < MaxWantedPerRound && _unhurried.TryTake(state.Now))
        {
            if (state.View.NextUnidentified(_walkFrom) is not { } address)
                return;
            _walkFrom = address;
            state.WantBlob(state.View.Find(address)!);
        }
    }

    private void Plan()
    {
        var (wanted, kept, planned) = (state.BlobsWanted, 0, 0);
        for (var i = 0; i < wanted.Count; i++)
        {
            var slot = wanted[i];
            if (slot.Blob is not null || !slot.Record.IsLive)
            {
                slot.IsBlobWanted = false;
                continue;
            }
            wanted[kept++] = slot;
            if (planned == MaxWantedPerRound || state.Now < slot.BlobDue)
                continue;
            planned++;
            Plan(slot);
        }
        wanted.RemoveRange(kept, wanted.Count - kept);
    }

    private void Plan(Slot slot)
    {
        var holder = (slot.BlobTries % 3) switch
        {
            0 => slot.Informant,
            1 => slot.Address,
            _ => state.View.AnyReachable(state.Random).Address,
        };
        if (holder == state.Self.Address || !state.View.IsLive(holder))
            holder = slot.Address;
        slot.BlobDue = state.Now + (slot.BlobTries < ImpatientTries ? Impatience : slot.BlobTries < QuickTries ? FirstRetry : MaxRetry);
        slot.BlobTries++;
        if (!_asked.TryGetValue(holder, out var list))
            _asked[holder] = list = [];
        list.Add(slot.Address);
    }

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
