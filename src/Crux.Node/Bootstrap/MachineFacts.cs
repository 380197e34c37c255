using System.Globalization;
using System.Runtime.InteropServices;

namespace Crux.Node.Bootstrap;

/// <summary>What a machine says of itself without being told.</summary>
internal static class MachineFacts
{
    public static SortedDictionary<string, string> Read() => new(StringComparer.Ordinal)
    {
        ["arch"] = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
        ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory-mib"] = (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20).ToString(CultureInfo.InvariantCulture),
    };
}
