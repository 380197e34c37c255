using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;

namespace Crux.Machines.Flock.Gossip;

/// <summary>Claims and records as they travel together: counted claims, then sections of records to the end.</summary>
internal static class GossipCodec
{
    /// <summary>Claims in one message: so many fit, however long their voters' addresses are.</summary>
    public const int MaxClaims = 3;

    /// <summary>Passed on by everybody to whom they are news.</summary>
    public const int Everywhere = 7;

    /// <summary>Room for one more record of any block.</summary>
    public const int RoomForRecord = BlockCursor.MaxBytes + 1 + RecordCodec.MaxLifeBytes + RecordCodec.MaxRecordBytes;

    public static void WriteHead(ref WireWriter message, scoped ReadOnlySpan<LeaderClaim> claims)
    {
        message.Byte((byte)claims.Length);
        foreach (var claim in claims)
            claim.Write(ref message);
    }

    public static void WriteHead(ref WireWriter message, LeaderClaim? claim) => WriteHead(ref message, claim is null ? [] : [claim]);

    public static void ReadClaims(ref WireReader message, List<LeaderClaim> claims)
    {
        var left = message.Byte();
        if (left > MaxClaims)
            message.Fail();
        for (; left > 0 && !message.Failed; left--)
            claims.Add(LeaderClaim.Read(ref message));
    }

    /// <summary>Whether nothing but whole sections follows. Nothing is believed of a message before.</summary>
    public static bool AreSections(WireReader message)
    {
        var cursor = default(BlockCursor);
        while (!message.AtEnd && !message.Failed)
            RecordSection.Read(ref message, ref cursor);
        return !message.Failed;
    }
}
