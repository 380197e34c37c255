using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Membership;

/// <summary>Fetches the blobs of members that have none yet: from whoever told of them, from themselves, from anybody.</summary>
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

    /// <summary>Blobs asked for in one round.</summary>
    public const int MaxWantedPerRound = 64;

    /// <summary>Datagrams with blobs sent at once, and a second.</summary>
    public const int AnswerBurst = 128;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 400;

    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly SortedDictionary<NetAddress, List<NetAddress>> _wanted = [];
    private ulong _completeAt = ulong.MaxValue;
    private Instant _nextRound = state.Now;

    public Instant Due => _completeAt == state.View.Version ? Instant.Never : _nextRound;

    /// <summary>Takes a blob if it belongs to a member that has none, and is signed right.</summary>
    public bool Learn(ReadOnlySpan<byte> raw)
    {
        if (!NodeBlob.TryRead(raw, out var blob))
            return false;
        if (state.View.FindLive(blob.Address) is not { Blob: null } slot || !blob.IsOf(slot.Record) || !state.Checks.MayCheckBlob(state.Now))
            return true;
        state.Counters.Verifications++;
        if (!blob.IsSignedRight(state.Signer))
            return false;
        slot.Blob = blob;
        slot.Shown = null;
        state.BlobsLearnt++;
        return true;
    }

    /// <summary>Whether <paramref name="raw"/> is the blob of just this record, signed by the node it names; checked once.</summary>
    public bool IsProof(MemberRecord record, ReadOnlySpan<byte> raw, out NodeBlob? blob)
    {
        blob = state.View.FindLive(record.Address) is { Blob: { } known } && known.IsOf(record) ? known : null;
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
        var (missing, planned) = (0, 0);
        _wanted.Clear();
        foreach (var slot in state.View.Live)
        {
            if (slot.Blob is not null)
                continue;
            missing++;
            if (planned == MaxWantedPerRound || state.Now < slot.BlobDue)
                continue;
            planned++;
            Plan(slot);
        }
        if (missing == 0)
            _completeAt = state.View.Version;
        foreach (var (holder, wanted) in _wanted)
            Ask(holder, wanted);
    }

    public bool OnWant(Slot peer, ref WireReader reader)
    {
        var message = mail.Write(MessageKind.Blobs);
        while (!reader.AtEnd && !reader.Failed)
        {
            if (state.View.FindLive(reader.Address()) is not { Blob: { } blob })
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

    private void Plan(Slot slot)
    {
        var holder = (slot.BlobTries % 3) switch
        {
            0 => state.View.FindLive(slot.Informant),
            1 => slot,
            _ => state.View.Reachable[state.Random.Next(state.View.Reachable.Count)],
        };
        if (holder is null || state.IsMe(holder))
            holder = slot;
        slot.BlobDue = state.Now + (slot.BlobTries++ < QuickTries ? FirstRetry : MaxRetry);
        if (!_wanted.TryGetValue(holder.Address, out var list))
            _wanted[holder.Address] = list = [];
        list.Add(slot.Address);
    }

    private void Ask(NetAddress holder, List<NetAddress> wanted)
    {
        var message = mail.Write(MessageKind.WantBlobs);
        foreach (var address in wanted)
            message.Address(address);
        mail.Send(state.View.FindLive(holder)!, message);
    }
}
