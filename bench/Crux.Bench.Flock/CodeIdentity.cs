using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crux.Simulator.Scenarios;

namespace Crux.Bench.Flock;

/// <summary>
/// What a run was of: the sources that a history hangs on (the flock's machines, the simulator), as they were when this was built, and
/// the scenario with all its numbers. A change elsewhere leaves the runs so far as they are.
/// </summary>
internal static class CodeIdentity
{
    private const int Digits = 16;

    /// <summary>Stands for the sources.</summary>
    public static string OfSources { get; } = Shorten(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', SourceHashes().Order(StringComparer.Ordinal)))));

    /// <summary>Stands for the sources and a scenario.</summary>
    public static string Of(ScenarioFile scenario) =>
        OfSources + "-" + Shorten(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(scenario with { About = "" })))[..8];

    // Folders list their files in an order of their own.
    private static string[] SourceHashes()
    {
        using var listed = typeof(CodeIdentity).Assembly.GetManifestResourceStream("simulated.txt")
            ?? throw new InvalidOperationException("The build left out the hashes of the sources: build bench/Crux.Bench.Flock again.");
        using var reader = new StreamReader(listed);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static string Shorten(byte[] hash) => Convert.ToHexStringLower(hash)[..Digits];
}
