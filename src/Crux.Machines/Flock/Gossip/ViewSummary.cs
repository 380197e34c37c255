using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Gossip;

/// <summary>A view in 21 bytes: enough to see that two nodes agree.</summary>
internal readonly record struct ViewSummary(ulong Hash, ulong ClaimDigest, uint Count, bool IsSettled)
{
    public const int SizeBytes = 21;

    public static ViewSummary Read(ref WireReader reader) => new(reader.UInt64(), reader.UInt64(), reader.UInt32(), (reader.Byte() & 1) != 0);

    public void Write(ref WireWriter writer)
    {
        writer.UInt64(Hash);
        writer.UInt64(ClaimDigest);
        writer.UInt32(Count);
        writer.Byte(IsSettled ? (byte)1 : (byte)0);
    }
}
