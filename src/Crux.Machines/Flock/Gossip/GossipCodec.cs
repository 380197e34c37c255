using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>Claims and records as they travel together: counted claims, then blocks of records to the end.</summary>
internal static class GossipCodec
{
    /// <summary>Claims in one message.</summary>
    public const int MaxClaims = 4;

    public static void WriteHead(ref WireWriter message, scoped ReadOnlySpan<LeaderClaim> claims)
    {
        message.Byte((byte)claims.Length);
        foreach (var claim in claims)
            claim.Write(ref message);
    }

    public static void WriteHead(ref WireWriter message, LeaderClaim? claim) => WriteHead(ref message, claim is null ? [] : [claim]);

    /// <summary>Writes records of sorted <paramref name="addresses"/> from <paramref name="next"/> on, as many as fit.</summary>
    public static void WriteRecords(ref WireWriter message, ViewTable view, List<NetAddress> addresses, ref int next)
    {
        while (next < addresses.Count && message.Room >= RecordCodec.MaxBlockBytes + 1 + RecordCodec.MaxRecordBytes)
        {
            var block = BlockId.Of(addresses[next]);
            RecordCodec.WriteBlock(ref message, block);
            var count = message.Next(1);
            count[0] = 0;
            for (; next < addresses.Count && BlockId.Of(addresses[next]) == block && count[0] < byte.MaxValue && message.Room >= RecordCodec.MaxRecordBytes; next++)
            {
                if (!view.TryGet(addresses[next], out var record))
                    continue;
                RecordCodec.WriteInBlock(ref message, record);
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

    public static void ReadRecords(ref WireReader message, List<MemberRecord> records)
    {
        while (!message.AtEnd && !message.Failed)
        {
            var block = RecordCodec.ReadBlock(ref message);
            for (var left = message.Byte(); left > 0 && !message.Failed; left--)
                records.Add(RecordCodec.ReadInBlock(ref message, block));
        }
    }
}
