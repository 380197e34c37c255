using System.Collections.Immutable;

namespace Crux.Services.Reeve;

/// <summary>What a node remembers of its processes' keys, so that a restart never signs an old generation again.</summary>
/// <param name="Others">Of all services that are not named.</param>
/// <param name="Named">Services that were turned by themselves.</param>
/// <param name="TurnedUnixMs">When all were turned last, on the wall clock: tells when the next turn is due, and nothing else.</param>
public sealed record KeyBook(KeyGeneration Others, ImmutableSortedDictionary<string, KeyGeneration> Named, long TurnedUnixMs)
{
    /// <summary>For a node that remembers nothing.</summary>
    /// <remarks>
    /// Numbers begin with the seconds of the wall clock, so that a lost book's successor is most likely ahead of it. Where the clock is
    /// wrong, peers that saw newer keys refuse these until their own are replaced.
    /// </remarks>
    public static KeyBook New(DateTimeOffset now)
    {
        var number = (ulong)Math.Max(1, now.ToUnixTimeSeconds());
        return new(new(number, number), ImmutableSortedDictionary.Create<string, KeyGeneration>(StringComparer.Ordinal), now.ToUnixTimeMilliseconds());
    }

    /// <summary>The highest number that was ever given.</summary>
    public ulong Highest => Named.Values.Append(Others).Max(generation => generation.Number);

    /// <summary>What holds for a service or client.</summary>
    public KeyGeneration Of(string service) => Named.TryGetValue(service, out var own) ? own : Others;
}
