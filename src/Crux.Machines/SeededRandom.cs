namespace Crux.Machines;

/// <summary>
/// Randomness as an argument: xoshiro256** started by splitmix64. One seed always gives one sequence, on every runtime.
/// </summary>
/// <remarks>Not for secrets. One owner.</remarks>
public sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>A sequence of its own for every seed.</summary>
    public SeededRandom(ulong seed)
    {
        _a = Mix.Next(ref seed);
        _b = Mix.Next(ref seed);
        _c = Mix.Next(ref seed);
        _d = Mix.Next(ref seed);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        var result = ulong.RotateLeft(_b * 5, 7) * 9;
        var carried = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= carried;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Next(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return (int)Math.BigMul(NextUInt64(), (ulong)limit, out _);
    }

    /// <summary>A number from 0 (included) to 1 (excluded).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A span from zero to <paramref name="limit"/>.</summary>
    public TimeSpan Next(TimeSpan limit) => new((long)(NextDouble() * limit.Ticks));

    /// <summary>Fills <paramref name="target"/> with random bytes.</summary>
    public void Fill(Span<byte> target)
    {
        for (var i = 0; i < target.Length; i += sizeof(ulong))
        {
            var bits = NextUInt64();
            for (var j = i; j < Math.Min(i + sizeof(ulong), target.Length); j++, bits >>= 8)
                target[j] = (byte)bits;
        }
    }
}
