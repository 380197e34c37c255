using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Codec;

/// <summary>Records and blocks as bytes. A record within its block takes 10 bytes, most of them salt.</summary>
internal static class RecordCodec
{
    /// <summary>Family, 15 bytes of prefix, port.</summary>
    public const int MaxBlockBytes = 18;

    /// <summary>Status and incarnation.</summary>
    public const int MaxLifeBytes = 5;

    /// <summary>Slot, status and incarnation, salt.</summary>
    public const int MaxRecordBytes = 1 + MaxLifeBytes + 8;

    /// <summary>A record outside a block, with its whole address.</summary>
    public const int MaxLoneRecordBytes = MaxRecordBytes + MaxBlockBytes;

    /// <summary>An IPv6 address between its /64 and its low byte.</summary>
    public const int LowBytes = 7;

    private const int StatusBits = 2;

    public static void WriteBlock(ref WireWriter writer, BlockId block)
    {
        if (block.IsV4)
        {
            writer.Byte(WireFormat.FamilyV4);
            writer.Byte((byte)(block.Low >> 16));
            writer.UInt16((ushort)block.Low);
        }
        else
        {
            writer.Byte(WireFormat.FamilyV6);
            writer.UInt64(block.High);
            WriteLow(ref writer, block);
        }
        writer.UInt16(block.Port);
    }

    public static BlockId ReadBlock(ref WireReader reader)
    {
        var family = reader.Byte();
        if (family == WireFormat.FamilyV4)
        {
            var prefix = ((uint)reader.Byte() << 16) | reader.UInt16();
            return BlockId.Of(NetAddress.V4(prefix << 8, reader.UInt16()));
        }
        if (family != WireFormat.FamilyV6)
            reader.Fail();
        return new BlockId(reader.UInt64(), ReadLow(ref reader), reader.UInt16());
    }

    /// <summary>What tells an IPv6 block from the others of its /64.</summary>
    public static void WriteLow(ref WireWriter writer, BlockId block)
    {
        for (var shift = 48; shift >= 0; shift -= 8)
            writer.Byte((byte)(block.Low >> shift));
    }

    /// <inheritdoc cref="WriteLow"/>
    public static ulong ReadLow(ref WireReader reader)
    {
        var low = 0UL;
        foreach (var part in reader.Take(LowBytes))
            low = (low << 8) | part;
        return low;
    }

    public static void WriteInBlock(ref WireWriter writer, MemberRecord record)
    {
        writer.Byte(BlockId.SlotOf(record.Address));
        WriteLife(ref writer, record);
        writer.UInt64(record.Salt);
    }

    /// <summary>Incarnation and status together: a first life takes one byte.</summary>
    public static void WriteLife(ref WireWriter writer, MemberRecord record) => WriteLife(ref writer, record.Incarnation, record.Status);

    /// <inheritdoc cref="WriteLife(ref WireWriter, MemberRecord)"/>
    public static void WriteLife(ref WireWriter writer, uint incarnation, RecordStatus status) =>
        writer.Varint(((ulong)incarnation << StatusBits) | (byte)status);

    public static (uint Incarnation, RecordStatus Status) ReadLife(ref WireReader reader)
    {
        var life = reader.Varint();
        return ((uint)(life >> StatusBits), (RecordStatus)(life & ((1 << StatusBits) - 1)));
    }

    public static MemberRecord ReadInBlock(ref WireReader reader, BlockId block)
    {
        var slot = reader.Byte();
        var (incarnation, status) = ReadLife(ref reader);
        return new MemberRecord(block.Slot(slot), incarnation, status, reader.UInt64());
    }

    public static void WriteLone(ref WireWriter writer, MemberRecord record)
    {
        WriteBlock(ref writer, BlockId.Of(record.Address));
        WriteInBlock(ref writer, record);
    }

    public static MemberRecord ReadLone(ref WireReader reader) => ReadInBlock(ref reader, ReadBlock(ref reader));
}
