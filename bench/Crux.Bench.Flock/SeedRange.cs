using System.Globalization;

namespace Crux.Bench.Flock;

/// <summary>Which seeds are to run.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
internal readonly record struct SeedRange(ulong First, ulong Last)
{
    /// <summary>The most seeds of one bench.</summary>
    public const ulong MaxSeeds = 1_000_000;

    /// <summary>From 1 on, as many as are promised.</summary>
    public static SeedRange All { get; } = new(1, ulong.MaxValue);

    public bool IsAll => this == All;

    /// <summary>Reads <c>A..B</c>.</summary>
    public static bool TryParse(string text, out SeedRange seeds)
    {
        seeds = All;
        if (text.Split("..") is not [var from, var to] || !TryParseSeed(from, out var first) || !TryParseSeed(to, out var last) || first < 1 || last < first || last - first >= MaxSeeds)
            return false;
        seeds = new SeedRange(first, last);
        return true;
    }

    private static bool TryParseSeed(string text, out ulong seed) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed);
}
