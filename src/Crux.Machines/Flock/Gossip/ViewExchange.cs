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

    private const int MaxBlockEntryBytes = RecordCodec.MaxBlockBytes + SlotSet.SizeBytes + BlockId.Slots;

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
        var blocks = state.View.Blocks;
        var start = state.Random.Next(blocks.Count);
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[(start + i) % blocks.Count];
            if (block.LiveCount == 0)
                continue;
            if (message.Room < RecordCodec.MaxBlockBytes + sizeof(ulong))
            {
                isWhole[0] = 0;
                break;
            }
            RecordCodec.WriteBlock(ref message, block.Id);
            message.UInt64(block.Hash);
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
        foreach (var block in state.View.Blocks)
        {
            if (!_theirs.TryGetValue(block.Id, out var theirs))
            {
                if (isWhole && block.LiveCount > 0)
                    _theirs[block.Id] = 0;
            }
            else if (theirs == block.Hash)
            {
                _theirs.Remove(block.Id);
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
            GossipCodec.WriteHead(ref message, []);
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
        foreach (var (id, _) in _theirs)
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
            RecordCodec.WriteBlock(ref message, id);
            var block = state.View.FindBlock(id);
            var live = block?.Live ?? default;
            live.Write(ref message);
            for (var slot = live.Next(0); slot >= 0; slot = live.Next(slot + 1))
                message.Byte(Fingerprint(block![slot], nonce));
        }
        if (!isEmpty && _answers.TryTake(state.Now))
            mail.Send(peer, message);
    }

    private void Compare(ref WireReader reader, uint nonce)
    {
        var id = RecordCodec.ReadBlock(ref reader);
        var bitmap = SlotSet.Read(ref reader);
        var fingerprints = reader.Take(bitmap.Count);
        if (reader.Failed)
            return;
        var seen = 0;
        var block = state.View.FindBlock(id);
        for (var slot = 0; slot < BlockId.Slots; slot++)
        {
            var theyHave = bitmap.Has(slot);
            var theirs = theyHave ? fingerprints[seen++] : (byte)0;
            var address = id.Slot((byte)slot);
            MemberRecord mine = default;
            var isHeld = block is not null && block.TryGet(slot, out mine);
            if (!theyHave && (!isHeld || !mine.IsLive))
                continue;
            if (isHeld && mine.IsLive && theyHave && Fingerprint(mine, nonce) == theirs)
                continue;
            if (isHeld)
                _toSend.Add(address);
            if (theyHave)
                _toWant.Add(address);
        }
        _toSend.Sort(BlockId.Order);
    }

    // Salted by the nonce: a record that looks alike by chance looks different next time.
    private static byte Fingerprint(MemberRecord record, uint nonce) => (byte)Mix.Two(record.Hash, nonce);
}
