using System.Globalization;
using System.Runtime.InteropServices;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>What a bench ran on.</summary>
internal static class Machine
{
    public static string Describe() => string.Join("; ",
        $"{Environment.ProcessorCount} x {Processor()}",
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        Programs.Fulcrum.Contains("/whole/", StringComparison.Ordinal) ? "fulcrum with its runtime, compiled as one" : "fulcrum on the machine's runtime",
        $"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} before the first run",
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC");

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();
}
