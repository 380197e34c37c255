using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>Which slots of a block somebody holds live, and a hash of what they hold: 6 to 37 bytes for up to 256 members.</summary>
internal readonly record struct BlockMap(BlockId Block, uint Hash, SlotSet Slots)
{
    /// <summary>A map at its longest, its block apart.</summary>
    public const int MaxBytes = 4 + 1 + SlotSet.SizeBytes;

    // From so many on, a bitmap is shorter than a list.
    private const int MaxListed = SlotSet.SizeBytes - 1;
    private const byte Bitmap = byte.MaxValue;

    /// <summary>Its bytes, its block apart.</summary>
    public static int SizeOf(ViewBlock block) => 4 + 1 + Math.Min(block.LiveCount, SlotSet.SizeBytes);

    public static uint HashOf(ViewBlock block) => (uint)block.Hash;

    /// <summary>Writes what is held of a block; null where that is nothing.</summary>
    public static void Write(ref WireWriter writer, ref BlockCursor cursor, ViewBlock? block, BlockId id)
    {
        cursor.Write(ref writer, id);
        writer.UInt32(block is null ? 0 : HashOf(block));
        WriteSlots(ref writer, block?.Live ?? default);
    }

    public static BlockMap Read(ref WireReader reader, ref BlockCursor cursor) => new(cursor.Read(ref reader), reader.UInt32(), ReadSlots(ref reader));

    public static void WriteSlots(ref WireWriter writer, SlotSet slots)
    {
        var count = slots.Count;
        if (count > MaxListed)
        {
            writer.Byte(Bitmap);
            slots.Write(ref writer);
            return;
        }
        writer.Byte((byte)count);
        WriteList(ref writer, slots);
    }

    /// <summary>A byte for each slot; the reader has to know how many.</summary>
    public static void WriteList(ref WireWriter writer, SlotSet slots)
    {
        for (var slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
            writer.Byte((byte)slot);
    }

    public static SlotSet ReadSlots(ref WireReader reader)
    {
        var form = reader.Byte();
        if (form == Bitmap)
            return SlotSet.Read(ref reader);
        if (form > MaxListed)
            reader.Fail();
        return ReadSlots(ref reader, form);
    }

    /// <summary>So many slots in a list.</summary>
    public static SlotSet ReadSlots(ref WireReader reader, int count)
    {
        var slots = default(SlotSet);
        foreach (var slot in reader.Take(count))
            slots.Add(slot);
        return slots;
    }
}
