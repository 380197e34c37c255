using System.Numerics;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// What two nodes do whose views differ: hashes of blocks, then fingerprints of the slots of blocks that differ, then the records
/// that the other lacks. Nobody leads it, nothing is awaited, each datagram is useful on its own.
/// </summary>
internal sealed class ViewExchange(FlockState state, Mail mail)
{
    /// <summary>Exchanges begun at once, and a second.</summary>
    public const int SyncBurst = 4;

    /// <inheritdoc cref="SyncBurst"/>
    public const double SyncsPerSecond = 4;

    /// <summary>Datagrams sent in answer to others' exchanges at once, and a second.</summary>
    public const int AnswerBurst = 128;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 400;

    private const int BitmapBytes = BlockId.Slots / 8;
    private const int MaxBlockEntryBytes = RecordCodec.MaxBlockBytes + BitmapBytes + BlockId.Slots;

    private readonly TokenBucket _syncs = new(SyncBurst, SyncsPerSecond);
    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly SortedDictionary<BlockId, ulong> _theirs = [];
    private readonly List<NetAddress> _toSend = [];
    private readonly List<NetAddress> _toWant = [];

    /// <summary>Sends the hashes of all blocks to a member whose view differs, if there was not just another such occasion.</summary>
    public void Begin(Slot peer, ViewSummary mine)
    {
        if (!_syncs.TryTake(state.Now))
            return;
        state.Counters.Syncs++;
        var message = mail.Write(MessageKind.Sync);
        mine.Write(ref message);
        var isWhole = message.Next(1);
        isWhole[0] = 1;
        // From a random block on, and round: where there are more blocks than fit, each has its turn in time.
        var live = state.View.Live;
        var next = state.View.LiveIndexFrom(BlockId.Of(live[state.Random.Next(live.Count)].Address).Slot(0));
        for (var left = live.Count; left > 0;)
        {
            if (message.Room < RecordCodec.MaxBlockBytes + sizeof(ulong))
            {
                isWhole[0] = 0;
                break;
            }
            var block = BlockId.Of(live[next].Address);
            RecordCodec.WriteBlock(ref message, block);
            left += next;
            message.UInt64(HashOf(block, ref next));
            left -= next;
            next %= live.Count;
        }
        mail.Send(peer, message);
    }

    /// <summary>Shows a claim to a member that holds another, or none.</summary>
    public void Show(Slot peer, LeaderClaim claim)
    {
        if (!_answers.TryTake(state.Now))
            return;
        var message = mail.Write(MessageKind.Gossip);
        GossipCodec.WriteHead(ref message, claim);
        mail.Send(peer, message);
    }

    /// <summary>Answers block hashes with fingerprints of the blocks that differ.</summary>
    public bool OnSync(Slot peer, ref WireReader reader)
    {
        _theirs.Clear();
        var isWhole = reader.Byte() == 1;
        while (!reader.AtEnd && !reader.Failed)
        {
            var block = RecordCodec.ReadBlock(ref reader);
            _theirs[block] = reader.UInt64();
        }
        if (reader.Failed)
            return false;
        var live = state.View.Live;
        for (var i = 0; i < live.Count;)
        {
            var block = BlockId.Of(live[i].Address);
            var hash = HashOf(block, ref i);
            if (!_theirs.TryGetValue(block, out var theirs))
            {
                if (isWhole)
                    _theirs[block] = 0;
            }
            else if (theirs == hash)
            {
                _theirs.Remove(block);
            }
        }
        SendFingerprints(peer);
        return true;
    }

    /// <summary>Answers fingerprints with the records that the other lacks, and asks for those that this node lacks.</summary>
    public bool OnBlocks(Slot peer, ref WireReader reader)
    {
        _toSend.Clear();
        _toWant.Clear();
        var nonce = reader.UInt32();
        while (!reader.AtEnd && !reader.Failed)
            Compare(ref reader, nonce);
        if (reader.Failed)
            return false;
        SendRecords(peer, _toSend);
        if (_toWant.Count == 0 || !_answers.TryTake(state.Now))
            return true;
        var message = mail.Write(MessageKind.Want);
        foreach (var address in _toWant)
        {
            if (message.Room < WireFormat.MaxAddressBytes)
                break;
            message.Address(address);
        }
        mail.Send(peer, message);
        return true;
    }

    public bool OnWant(Slot peer, ref WireReader reader)
    {
        _toSend.Clear();
        while (!reader.AtEnd && !reader.Failed)
            _toSend.Add(reader.Address());
        if (reader.Failed)
            return false;
        _toSend.Sort(BlockId.Order);
        SendRecords(peer, _toSend);
        return true;
    }

    /// <summary>Sends records of sorted addresses.</summary>
    public void SendRecords(Slot peer, List<NetAddress> addresses)
    {
        for (var next = 0; next < addresses.Count && _answers.TryTake(state.Now);)
        {
            var message = mail.Write(MessageKind.Gossip);
            GossipCodec.WriteHead(ref message, null);
            GossipCodec.WriteRecords(ref message, state.View, addresses, ref next);
            mail.Send(peer, message);
        }
    }

    private void SendFingerprints(Slot peer)
    {
        var nonce = (uint)state.Random.NextUInt64();
        var message = mail.Write(MessageKind.Blocks);
        message.UInt32(nonce);
        var isEmpty = true;
        foreach (var (block, _) in _theirs)
        {
            if (message.Room < MaxBlockEntryBytes)
            {
                if (!_answers.TryTake(state.Now))
                    return;
                mail.Send(peer, message);
                message = mail.Write(MessageKind.Blocks);
                message.UInt32(nonce);
            }
            isEmpty = false;
            RecordCodec.WriteBlock(ref message, block);
            var bitmap = message.Next(BitmapBytes);
            bitmap.Clear();
            var live = state.View.Live;
            for (var i = state.View.LiveIndexFrom(block.Slot(0)); i < live.Count && BlockId.Of(live[i].Address) == block; i++)
            {
                var slot = BlockId.SlotOf(live[i].Address);
                bitmap[slot / 8] |= (byte)(1 << (slot % 8));
                message.Byte(Fingerprint(live[i], nonce));
            }
        }
        if (!isEmpty && _answers.TryTake(state.Now))
            mail.Send(peer, message);
    }

    private void Compare(ref WireReader reader, uint nonce)
    {
        var block = RecordCodec.ReadBlock(ref reader);
        var bitmap = reader.Take(BitmapBytes);
        var present = 0;
        foreach (var part in bitmap)
            present += BitOperations.PopCount(part);
        var fingerprints = reader.Take(present);
        if (reader.Failed)
            return;
        var seen = 0;
        for (var slot = 0; slot < BlockId.Slots; slot++)
        {
            var theyHave = (bitmap[slot / 8] & (1 << (slot % 8))) != 0;
            var theirs = theyHave ? fingerprints[seen++] : (byte)0;
            var address = block.Slot((byte)slot);
            var mine = state.View.Find(address);
            if (mine is null ? !theyHave : !theyHave && !mine.Record.IsLive)
                continue;
            if (mine is not null && mine.Record.IsLive && theyHave && Fingerprint(mine, nonce) == theirs)
                continue;
            if (mine is not null)
                _toSend.Add(address);
            if (theyHave)
                _toWant.Add(address);
        }
        _toSend.Sort(BlockId.Order);
    }

    // Salted by the nonce: a record that looks alike by chance looks different next time.
    private static byte Fingerprint(Slot slot, uint nonce) => (byte)Mix.Two(slot.Record.Hash, nonce);

    private ulong HashOf(BlockId block, ref int next)
    {
        var live = state.View.Live;
        var hash = 0UL;
        for (; next < live.Count && BlockId.Of(live[next].Address) == block; next++)
            hash += live[next].Record.Hash;
        return hash;
    }
}
