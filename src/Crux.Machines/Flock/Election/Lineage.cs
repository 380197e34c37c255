using System.Numerics;

namespace Crux.Machines.Flock.Election;

/// <summary>
/// The name of a history of elected leaders. Names are ordered, and where two unsealed lineages meet the greater one goes on: the same
/// everywhere, whoever meets whom first, and for ever. So it doesn't depend on anything that changes.
/// </summary>
/// <remarks>The first byte grows with the number of members that stood behind it at first, so that a few seldom prevail over many; the rest is chance.</remarks>
internal static class Lineage
{
    private const int RankShift = 120;

    /// <summary>A new name for a lineage that begins with so many members, greater than <paramref name="above"/>.</summary>
    public static UInt128 Mint(SeededRandom random, int members, UInt128 above = default)
    {
        var rank = (byte)(BitOperations.Log2((uint)Math.Max(members, 1)) + 1);
        if (above != 0)
            rank = Math.Max(rank, (byte)Math.Min(RankOf(above) + 1, byte.MaxValue));
        var chance = new UInt128(random.NextUInt64(), random.NextUInt64());
        return ((UInt128)rank << RankShift) | (chance >> (128 - RankShift));
    }

    /// <summary>What its first byte says.</summary>
    public static byte RankOf(UInt128 lineage) => (byte)(lineage >> RankShift);
}
