using System.Buffers.Binary;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// Records of one block as they travel: which slots, in which lives, then their salts in the order of the slots. Where all are in one
/// life, as nearly always, that is said once, and a record takes little more than its salt.
/// </summary>
internal ref struct RecordSection
{
    /// <summary>A block, what follows, a bitmap, one life.</summary>
    public const int MaxHeadBytes = BlockCursor.MaxBytes + 1 + 1 + SlotSet.SizeBytes;

    private const int HopsShift = 5;
    private const byte Mixed = 0x10;
    private const byte CountMask = 0x0F;

    // Up to here the slots are listed, and counted in the first byte.
    private const int MaxCounted = CountMask - 1;

    private SlotSet _slots;
    private int _slot;
    private bool _isMixed;
    private (uint Incarnation, RecordStatus Status) _life;
    private WireReader _lives;
    private ReadOnlySpan<byte> _salts;

    public BlockId Block { get; private set; }

    /// <summary>Of which slots.</summary>
    public readonly SlotSet Slots => _slots;

    /// <summary>How often its records are to be passed on.</summary>
    public int Hops { get; private set; }

    /// <summary>Reads one; <see cref="WireReader.Failed"/> says whether it is whole, and only then its records may be asked for.</summary>
    public static RecordSection Read(ref WireReader reader, ref BlockCursor cursor)
    {
        var section = new RecordSection { Block = cursor.Read(ref reader) };
        var head = reader.Byte();
        (section.Hops, section._isMixed) = (head >> HopsShift, (head & Mixed) != 0);
        section._slots = (head & CountMask) > MaxCounted ? BlockMap.ReadSlots(ref reader) : BlockMap.ReadSlots(ref reader, head & CountMask);
        var count = section._slots.Count;
        section._lives = reader;
        for (var lives = section._isMixed ? count : 1; lives > 0; lives--)
            section._life = RecordCodec.ReadLife(ref reader);
        section._salts = reader.Take(count * sizeof(ulong));
        return section;
    }

    /// <summary>Writes records of a block, as many as fit; what was written leaves <paramref name="slots"/>.</summary>
    public static void Write(ref WireWriter writer, ref BlockCursor cursor, ViewBlock block, ref SlotSet slots, int hops)
    {
        var isMixed = !block.AreFresh(slots) && !AreAlike(block, slots);
        var count = slots.Count;
        if (count > RoomFor(writer.Room, isMixed) is var isCut && isCut)
            count = RoomFor(writer.Room, isMixed);
        if (count == 0)
            return;
        var now = isCut ? slots.First(count) : slots;
        slots = slots.Without(now);
        cursor.Write(ref writer, block.Id);
        var head = (byte)((hops << HopsShift) | (isMixed ? Mixed : 0));
        writer.Byte((byte)(head | Math.Min(count, MaxCounted + 1)));
        if (count > MaxCounted)
            BlockMap.WriteSlots(ref writer, now);
        else
            BlockMap.WriteList(ref writer, now);
        for (var slot = now.Next(0); slot >= 0; slot = isMixed ? now.Next(slot + 1) : -1)
            RecordCodec.WriteLife(ref writer, block.IncarnationAt(slot), block.StatusAt(slot));
        block.WriteSalts(now, writer.Next(count * sizeof(ulong)));
    }

    /// <summary>Writes a section of one record.</summary>
    public static void WriteOne(ref WireWriter writer, ref BlockCursor cursor, MemberRecord record, int hops)
    {
        cursor.Write(ref writer, BlockId.Of(record.Address));
        writer.Byte((byte)((hops << HopsShift) | 1));
        RecordCodec.WriteInBlock(ref writer, record);
    }

    /// <summary>The next record; false after the last.</summary>
    public bool Next(out int slot, out Life life)
    {
        slot = _slots.Next(_slot);
        if (slot < 0)
        {
            life = default;
            return false;
        }
        _slot = slot + 1;
        if (_isMixed)
            _life = RecordCodec.ReadLife(ref _lives);
        life = new Life(BinaryPrimitives.ReadUInt64BigEndian(_salts), _life.Incarnation, _life.Status);
        _salts = _salts[sizeof(ulong)..];
        return true;
    }

    // So many surely fit: a few in a list, many as a bitmap.
    private static int RoomFor(int room, bool isMixed)
    {
        var each = sizeof(ulong) + (isMixed ? RecordCodec.MaxLifeBytes : 0);
        var few = (room - BlockCursor.MaxBytes - 1 - RecordCodec.MaxLifeBytes) / (1 + each);
        var many = (room - MaxHeadBytes - RecordCodec.MaxLifeBytes) / each;
        return Math.Max(0, Math.Max(Math.Min(few, MaxCounted), many));
    }

    private static bool AreAlike(ViewBlock block, in SlotSet slots)
    {
        var first = slots.Next(0);
        if (first < 0)
            return true;
        var (incarnation, status) = (block.IncarnationAt(first), block.StatusAt(first));
        for (var slot = slots.Next(first + 1); slot >= 0; slot = slots.Next(slot + 1))
        {
            if (block.IncarnationAt(slot) != incarnation || block.StatusAt(slot) != status)
                return false;
        }
        return true;
    }
}
