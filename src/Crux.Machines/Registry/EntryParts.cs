using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>Long lists of entries travel in parts that fit a message.</summary>
public static class EntryParts
{
    /// <summary>The most entries in one part.</summary>
    public const int MaxEntries = 1000;

    /// <summary>About how large a part may be; gRPC takes messages of 4 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    // Hashes, addresses, numbers and field tags, generously.
    private const int FixedBytes = 300;

    /// <summary>Cuts a list into parts, each of at least one entry; an empty list is one empty part. True where more follow.</summary>
    public static IEnumerable<(ImmutableArray<ServiceEntry> Entries, bool More)> Split(IEnumerable<ServiceEntry> entries)
    {
        var part = ImmutableArray.CreateBuilder<ServiceEntry>();
        var bytes = 0;
        foreach (var entry in entries)
        {
            var weight = Weigh(entry);
            if (part.Count > 0 && (part.Count == MaxEntries || bytes + weight > MaxBytes))
            {
                yield return (part.DrainToImmutable(), true);
                bytes = 0;
            }
            part.Add(entry);
            bytes += weight;
        }
        yield return (part.DrainToImmutable(), false);
    }

    private static int Weigh(ServiceEntry entry)
    {
        var characters = entry.InstanceId.Length + entry.Group.Length + (2 * entry.Instance.Api.Length) + entry.StatusReason.Length + entry.Artifact.Length;
        foreach (var (key, value) in entry.Labels.Pairs)
            characters += key.Length + value.Length + 8;
        // A character is up to three bytes of UTF-8.
        return FixedBytes + (3 * characters);
    }
}
