using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// What two nodes do whose views differ. Where little differs: hashes of blocks first; where much does, maps of a part's blocks at
/// once. A map is answered with the records that its sender lacks, and with what it has that the answerer lacks. Nobody leads it,
/// nothing is awaited, each datagram is useful on its own.
/// </summary>
internal sealed class ViewExchange(FlockState state, Mail mail)
{
    /// <summary>Members of a part that a newcomer asks one other for: some eight datagrams of records.</summary>
    public const int HungryPartMembers = 800;

    /// <summary>Datagrams sent in answer to others' exchanges at once, and a second. A responder found by hundreds answers those it can; the others ask elsewhere.</summary>
    public const int AnswerBurst = 256;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 600;

    /// <summary>Datagrams with records in answer to one request.</summary>
    public const int MaxAnswers = 12;

    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly List<(BlockId Block, SlotSet Slots)> _toSend = [];
    private readonly List<(BlockId Block, SlotSet Slots)> _toWant = [];
    private readonly List<BlockId> _toPrint = [];
    private readonly List<BlockId> _toMap = [];

    /// <summary>Asks with nothing but hashes of the blocks of one part.</summary>
    /// <returns>The bytes it took.</returns>
    public int SendHashes(MemberRecord peer, ViewPart part)
    {
        var message = Begin(MessageKind.Sync);
        part.Write(ref message);
        var cursor = default(BlockCursor);
        foreach (var block in state.View.Blocks)
        {
            if (block.LiveCount == 0 || !part.Holds(block))
                continue;
            if (message.Room < BlockCursor.MaxBytes + sizeof(uint))
                break;
            cursor.Write(ref message, block.Id);
            message.UInt32(BlockMap.HashOf(block));
        }
        mail.Send(peer, message);
        return message.Length;
    }

    /// <summary>Asks with maps of the blocks of one part.</summary>
    /// <returns>The bytes it took.</returns>
    public int SendMaps(MemberRecord peer, ViewPart part)
    {
        var message = Begin(MessageKind.Maps);
        message.Byte(1);
        part.Write(ref message);
        var cursor = default(BlockCursor);
        foreach (var block in state.View.Blocks)
        {
            if (block.LiveCount == 0 || !part.Holds(block))
                continue;
            if (message.Room < BlockCursor.MaxBytes + BlockMap.MaxBytes)
                break;
            BlockMap.Write(ref message, ref cursor, block, block.Id);
        }
        mail.Send(peer, message);
        return message.Length;
    }

    /// <summary>The part size at which all its hashes fit one datagram.</summary>
    public byte BitsForHashes() => BitsFor(static _ => sizeof(uint));

    /// <summary>The part size at which all its maps fit one datagram.</summary>
    public byte BitsForMaps() => BitsFor(static block => block.LiveCount == 0 ? 0 : BlockMap.SizeOf(block));

    /// <summary>Shows a claim to a member that holds another, or none.</summary>
    public void Show(MemberRecord peer, LeaderClaim claim)
    {
        if (!_answers.TryTake(state.Now))
            return;
        var message = mail.Write(MessageKind.Gossip);
        GossipCodec.WriteHead(ref message, claim);
        mail.Send(peer, message);
    }

    /// <summary>Tells a member that asked that both views are the same.</summary>
    public void Agree(MemberRecord peer)
    {
        if (!_answers.TryTake(state.Now))
            return;
        var message = mail.Write(MessageKind.Agree);
        state.Summarise().Write(ref message);
        mail.Send(peer, message);
    }

    /// <summary>Answers hashes of a part's blocks with maps of those that differ.</summary>
    public bool OnHashes(MemberRecord peer, ref WireReader reader)
    {
        var part = ViewPart.Read(ref reader);
        var cursor = default(BlockCursor);
        _toMap.Clear();
        var (mine, at) = (state.View.Blocks, 0);
        while (!reader.AtEnd && !reader.Failed)
        {
            var (id, hash) = (cursor.Read(ref reader), reader.UInt32());
            for (; at < mine.Count && mine[at].Id.CompareTo(id) < 0; at++)
                MapIfLacking(part, mine[at]);
            if (at < mine.Count && mine[at].Id == id)
            {
                if (BlockMap.HashOf(mine[at]) != hash)
                    _toMap.Add(id);
                at++;
            }
            else
            {
                _toMap.Add(id);
            }
        }
        if (reader.Failed)
            return false;
        for (; at < mine.Count; at++)
            MapIfLacking(part, mine[at]);
        SendMaps(peer);
        return true;
    }

    /// <summary>Answers maps with the records that the other lacks, and asks for those that this node lacks.</summary>
    public bool OnMaps(MemberRecord peer, ref WireReader reader)
    {
        _toSend.Clear();
        _toWant.Clear();
        _toPrint.Clear();
        var isWhole = reader.Byte() == 1;
        var part = isWhole ? ViewPart.Read(ref reader) : default;
        var cursor = default(BlockCursor);
        var (mine, at) = (state.View.Blocks, 0);
        while (!reader.AtEnd && !reader.Failed)
        {
            var map = BlockMap.Read(ref reader, ref cursor);
            if (reader.Failed)
                return false;
            for (; isWhole && at < mine.Count && mine[at].Id.CompareTo(map.Block) < 0; at++)
                SendIfLacking(part, mine[at]);
            if (isWhole && at < mine.Count && mine[at].Id == map.Block)
                at++;
            Compare(map, state.View.FindBlock(map.Block));
        }
        if (reader.Failed)
            return false;
        for (; isWhole && at < mine.Count; at++)
            SendIfLacking(part, mine[at]);
        SendRecords(peer);
        SendWants(peer);
        SendPrints(peer);
        return true;
    }

    /// <summary>
    /// Tells a member whose end it has not heard of. It offers their records where a comparison shows it that they are missing here, and
    /// would learn nothing else from its own questions.
    /// </summary>
    public void Correct(MemberRecord peer, List<(BlockId Block, SlotSet Slots)> ended)
    {
        _toSend.Clear();
        foreach (var (id, slots) in ended)
        {
            if (state.View.FindBlock(id) is { } block)
                _toSend.Add((id, slots.And(block.Held)));
        }
        SendRecords(peer);
    }

    /// <summary>Answers fingerprints with the records that look different, and asks for the other's.</summary>
    public bool OnPrints(MemberRecord peer, ref WireReader reader)
    {
        _toSend.Clear();
        _toWant.Clear();
        var nonce = reader.UInt32();
        var cursor = default(BlockCursor);
        while (!reader.AtEnd && !reader.Failed)
        {
            var id = cursor.Read(ref reader);
            var slots = BlockMap.ReadSlots(ref reader);
            var prints = reader.Take(slots.Count);
            if (reader.Failed)
                return false;
            if (state.View.FindBlock(id) is not { } block)
                continue;
            var (differ, seen) = (default(SlotSet), 0);
            for (var slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1), seen++)
            {
                if (block.TryGet(slot, out var held) && PrintOf(held, nonce) != prints[seen])
                    differ.Add(slot);
            }
            if (differ.IsEmpty)
                continue;
            _toSend.Add((id, differ));
            _toWant.Add((id, differ));
        }
        if (reader.Failed)
            return false;
        SendRecords(peer);
        SendWants(peer);
        return true;
    }

    public bool OnWant(MemberRecord peer, ref WireReader reader)
    {
        _toSend.Clear();
        var cursor = default(BlockCursor);
        while (!reader.AtEnd && !reader.Failed)
        {
            var (id, slots) = (cursor.Read(ref reader), BlockMap.ReadSlots(ref reader));
            if (!reader.Failed && state.View.FindBlock(id) is { } block)
                _toSend.Add((id, slots.And(block.Held)));
        }
        if (reader.Failed)
            return false;
        SendRecords(peer);
        return true;
    }

    // Salted by the nonce: a record that looks alike by chance looks different next time.
    private static byte PrintOf(MemberRecord record, uint nonce) => (byte)Mix.Two(record.Hash, nonce);

    // Whoever asks says which life of its slot it is in and what its view comes to: a member that has not heard of it yet can answer it.
    private byte BitsFor(Func<ViewBlock, int> sizeOf)
    {
        var (total, before) = (0, (BlockId?)null);
        foreach (var block in state.View.Blocks)
        {
            if (sizeOf(block) is var size and > 0)
                (total, before) = (total + BlockCursor.SizeOf(before, block.Id) + size, block.Id);
        }
        return ViewPart.BitsFor(total, FrameHeader.MaxPayloadBytes * 3 / 4);
    }

    private WireWriter Begin(MessageKind kind)
    {
        var message = mail.Write(kind);
        RecordCodec.WriteLife(ref message, state.Me.Record);
        state.Summarise().Write(ref message);
        return message;
    }

    private void MapIfLacking(ViewPart part, ViewBlock block)
    {
        if (block.LiveCount > 0 && part.Holds(block))
            _toMap.Add(block.Id);
    }

    private void SendIfLacking(ViewPart part, ViewBlock block)
    {
        if (block.LiveCount > 0 && part.Holds(block))
            _toSend.Add((block.Id, block.Live));
    }

    private void Compare(in BlockMap theirs, ViewBlock? mine)
    {
        if (mine is null)
        {
            _toWant.Add((theirs.Block, theirs.Slots));
            return;
        }
        if (BlockMap.HashOf(mine) == theirs.Hash)
            return;
        var (lacking, wanted) = (mine.Live.Without(theirs.Slots), theirs.Slots.Without(mine.Held));
        // Of what they believe alive and is known here to have ended, they are told.
        var ended = theirs.Slots.And(mine.Held).Without(mine.Live);
        lacking.Add(ended);
        if (!lacking.IsEmpty)
            _toSend.Add((mine.Id, lacking));
        if (!wanted.IsEmpty)
            _toWant.Add((mine.Id, wanted));
        // Maps don't tell who is unreachable: after a split that may differ too, while what is lacking takes its time.
        if ((lacking.IsEmpty && wanted.IsEmpty) || mine.ReachableCount < mine.LiveCount)
            _toPrint.Add(mine.Id);
    }

    private void SendRecords(MemberRecord peer)
    {
        for (int next = 0, sent = 0; next < _toSend.Count && sent < MaxAnswers && _answers.TryTake(state.Now); sent++)
        {
            var message = mail.Write(MessageKind.Gossip);
            GossipCodec.WriteHead(ref message, []);
            var cursor = default(BlockCursor);
            while (next < _toSend.Count && message.Room >= GossipCodec.RoomForRecord)
            {
                var (id, slots) = _toSend[next];
                if (state.View.FindBlock(id) is { } block)
                    RecordSection.Write(ref message, ref cursor, block, ref slots, hops: 0);
                else
                    slots = default;
                _toSend[next] = (id, slots);
                if (slots.IsEmpty)
                    next++;
            }
            mail.Send(peer, message);
        }
    }

    private void SendWants(MemberRecord peer)
    {
        if (_toWant.Count == 0 || !_answers.TryTake(state.Now))
            return;
        var message = mail.Write(MessageKind.Want);
        var cursor = default(BlockCursor);
        foreach (var (id, slots) in _toWant)
        {
            if (message.Room < BlockCursor.MaxBytes + BlockMap.MaxBytes)
                break;
            cursor.Write(ref message, id);
            BlockMap.WriteSlots(ref message, slots);
        }
        mail.Send(peer, message);
    }

    // Both hold the same slots, and something else of one: a byte of each tells of which.
    private void SendPrints(MemberRecord peer)
    {
        if (_toPrint.Count == 0 || !_answers.TryTake(state.Now))
            return;
        var nonce = (uint)state.Random.NextUInt64();
        var message = mail.Write(MessageKind.Blocks);
        message.UInt32(nonce);
        var cursor = default(BlockCursor);
        foreach (var id in _toPrint)
        {
            var block = state.View.FindBlock(id)!;
            if (message.Room < BlockCursor.MaxBytes + BlockMap.MaxBytes + block.LiveCount)
                break;
            cursor.Write(ref message, id);
            BlockMap.WriteSlots(ref message, block.Live);
            for (var slot = block.Live.Next(0); slot >= 0; slot = block.Live.Next(slot + 1))
                message.Byte(PrintOf(block[slot], nonce));
        }
        mail.Send(peer, message);
    }

    private void SendMaps(MemberRecord peer)
    {
        for (int next = 0, sent = 0; next < _toMap.Count && sent < MaxAnswers && _answers.TryTake(state.Now); sent++)
        {
            var message = Begin(MessageKind.Maps);
            message.Byte(0);
            var cursor = default(BlockCursor);
            for (; next < _toMap.Count && message.Room >= BlockCursor.MaxBytes + BlockMap.MaxBytes; next++)
                BlockMap.Write(ref message, ref cursor, state.View.FindBlock(_toMap[next]), _toMap[next]);
            mail.Send(peer, message);
        }
    }
}
