using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// Claims and records as they travel together: counted claims, then sections of records to the end. A
/// section is a block, a byte with how many records follow and how often they are to be passed on, and those records.
/// </summary>
internal static class GossipCodec
{
    /// <summary>Claims in one message: so many fit, however long their voters' addresses are.</summary>
    public const int MaxClaims = 3;

    /// <summary>Records in one section.</summary>
    public const int MaxSection = (1 << CountBits) - 1;

    /// <summary>Passed on by everybody to whom they are news.</summary>
    public const int Everywhere = 7;

    /// <summary>Room for one more record of any block.</summary>
    public const int RoomForRecord = BlockCursor.MaxBytes + 1 + RecordCodec.MaxRecordBytes;

    private const int CountBits = 5;

    public static void WriteHead(ref WireWriter message, scoped ReadOnlySpan<LeaderClaim> claims)
    {
        message.Byte((byte)claims.Length);
        foreach (var claim in claims)
            claim.Write(ref message);
    }

    public static void WriteHead(ref WireWriter message, LeaderClaim? claim) => WriteHead(ref message, claim is null ? [] : [claim]);

    /// <summary>Writes one record, to be passed on so often.</summary>
    public static void WriteRecord(ref WireWriter message, ref BlockCursor cursor, MemberRecord record, int hops = 0)
    {
        cursor.Write(ref message, BlockId.Of(record.Address));
        message.Byte((byte)((hops << CountBits) | 1));
        RecordCodec.WriteInBlock(ref message, record);
    }

    /// <summary>Writes records of one block, not to be passed on, as many as fit; what was written leaves <paramref name="slots"/>.</summary>
    public static void WriteRecords(ref WireWriter message, ref BlockCursor cursor, ViewBlock block, ref SlotSet slots)
    {
        var slot = slots.Next(0);
        while (slot >= 0 && message.Room >= RoomForRecord)
        {
            cursor.Write(ref message, block.Id);
            var count = message.Next(1);
            for (count[0] = 0; slot >= 0 && count[0] < MaxSection && message.Room >= RecordCodec.MaxRecordBytes; slot = slots.Next(slot + 1))
            {
                slots.Remove(slot);
                RecordCodec.WriteInBlock(ref message, block[slot]);
                count[0]++;
            }
        }
    }

    public static void ReadClaims(ref WireReader message, List<LeaderClaim> claims)
    {
        var left = message.Byte();
        if (left > MaxClaims)
            message.Fail();
        for (; left > 0 && !message.Failed; left--)
            claims.Add(LeaderClaim.Read(ref message));
    }

    public static void ReadRecords(ref WireReader message, List<(MemberRecord Record, int Hops)> records)
    {
        var cursor = default(BlockCursor);
        while (!message.AtEnd && !message.Failed)
        {
            var block = cursor.Read(ref message);
            var section = message.Byte();
            for (var left = section & MaxSection; left > 0 && !message.Failed; left--)
                records.Add((RecordCodec.ReadInBlock(ref message, block), section >> CountBits));
        }
    }
}
