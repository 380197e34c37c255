using System.Globalization;
using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>What pinned mutual TLS and the rules cost each call.</summary>
internal static class TlsPrice
{
    private const int Runs = 5;
    private const int Callers = 32;
    private const int Calls = 120_000;

    /// <summary>
    /// As the runtime runs any service: our own daemon and the load program hold optimising back (Directory.Build.props and their projects say
    /// why), and code that isn't optimised yet costs four times as much, with TLS or without.
    /// </summary>
    private static readonly Dictionary<string, string> AsAnyService = new() { ["DOTNET_TieredPGO"] = "1", ["DOTNET_TC_CallCountingDelayMs"] = "64" };

    public static Bench Bench { get; } = new(
        "tls",
        "The same service twice in one process: pinned mutual TLS 1.3 with a rule that allows the call in mode strict, and plaintext gRPC without anything (which only this bench has). 32 callers in the same process, 100 B, 120,000 calls a run, 5 runs of each taking turns there and back, after a warm-up until a call costs no less than in the round before. The runtime's own settings, as any service has them. CPU is of both ends together, in one process on all cores.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(1, cancellationToken);
        var node = flock.Nodes[0];
        var key = Path.ChangeExtension(node.FlockFile, ".operator");
        await LabOrders.GiveAsync(node, cancellationToken, "flock", "seal", "--solo", "--operator-key", key);
        await LabOrders.GiveAsync(node, cancellationToken, "trust", "allow", "bench", "galumph2", "--operator-key", key);
        var told = await Measurement.RunAsync(node, "tls", ["--runs", $"{Runs}", "--calls", $"{Calls}"], cancellationToken, AsAnyService);
        return
        [
            Compare(told, "pinned", "CPU per call", "CpuUs", 1.6, "us", isMost: true),
            Compare(told, "pinned", $"calls per second, {Callers} callers", "PerSecond", 0.75, "calls/s", isMost: false),
            Compare(told, "pinned", $"p99, {Callers} callers", "P99Ms", 1.5, "ms", isMost: true),
            Compare(told, "selector", "CPU per call by a channel by selector", "CpuUs", null, "us", isMost: true),
            Compare(told, "selector", "calls per second by a channel by selector", "PerSecond", null, "calls/s", isMost: false),
        ];
    }

    // Each run against the plain one beside it: what else the machine does meets both.
    private static Row Compare(JsonElement told, string way, string what, string key, double? limit, string unit, bool isMost)
    {
        var (pinned, plain) = (Values(way), Values("plain"));
        var ratios = pinned.Zip(plain, (one, other) => one / other).Order().ToList();
        var median = ratios[ratios.Count / 2];
        return new(
            what,
            string.Create(CultureInfo.InvariantCulture, $"{median:0.00} of plaintext (runs {ratios[0]:0.00} to {ratios[^1]:0.00}): {Median(pinned):0.#} against {Median(plain):0.#} {unit}"),
            limit is { } most ? string.Create(CultureInfo.InvariantCulture, $"{(isMost ? "<=" : ">=")} {most:0.##} of plaintext") : "",
            limit is not { } bound || (isMost ? median <= bound : median >= bound));

        List<double> Values(string of) => [.. told.GetProperty(of).EnumerateArray().Select(run => run.GetProperty(key).GetDouble())];
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
