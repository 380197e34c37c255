using System.Globalization;
using System.Runtime.InteropServices;

namespace Crux.Bench;

/// <summary>What a bench ran on.</summary>
internal static class Machine
{
    /// <param name="program">What was run on it, and how that was built, where it makes a difference.</param>
    public static string Describe(string? program = null) => string.Join("; ", new[]
    {
        $"{Environment.ProcessorCount} x {Processor()}",
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        program,
        $"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} before the first run",
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC",
    }.Where(static part => part is not null));

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();
}
