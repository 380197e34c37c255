using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// One of 2^<paramref name="Bits"/> parts of any view: blocks are dealt out by their hash, so two nodes mean the same part
/// whatever each of them knows, and what is not listed is lacking.
/// </summary>
internal readonly record struct ViewPart(byte Bits, ushort Index)
{
    public const int SizeBytes = 3;

    /// <summary>So many parts at most that an index has 16 bits.</summary>
    public const int MaxBits = 14;

    public static ViewPart All => default;

    /// <summary>As few bits as make parts of at most <paramref name="size"/> out of <paramref name="total"/>.</summary>
    public static byte BitsFor(int total, int size)
    {
        byte bits = 0;
        while (bits < MaxBits && total >> bits > size)
            bits++;
        return bits;
    }

    public static ViewPart Read(ref WireReader reader)
    {
        var part = new ViewPart(reader.Byte(), reader.UInt16());
        if (part.Bits > MaxBits)
            reader.Fail();
        return part;
    }

    public void Write(ref WireWriter writer)
    {
        writer.Byte(Bits);
        writer.UInt16(Index);
    }

    public bool Holds(ViewBlock block) => (block.Key >> 32 & ((1UL << Bits) - 1)) == Index;
}
