using System.Globalization;
using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>What a channel by selector costs.</summary>
internal static class Channel
{
    private const int Runs = 3;
    private const double PromisedMs = 5;

    public static Bench Bench { get; } = new(
        "channel",
        "2 nodes in namespaces, the service on the other one. A channel by selector against a direct one with the same pins, taking turns in one process: from making it to the first answer (40 each), and per call on a warm channel (5,000 each). Medians.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(2, cancellationToken);
        var server = new LoadServer(flock.Nodes[1], "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, cancellationToken);
        var runs = new List<JsonElement>();
        for (var run = 0; run < Runs; run++)
            runs.Add(await Measurement.RunAsync(flock.Nodes[0], "channel", ["--selector", "galumph2"], cancellationToken));
        return [Compare("a new channel's first answer", "open"), Compare("a call on a warm channel", "call")];

        Row Compare(string what, string key)
        {
            var pairs = runs.Select(run => (BySelector: run.GetProperty(key + "BySelectorMs").GetDouble(), Direct: run.GetProperty(key + "DirectMs").GetDouble()))
                .OrderBy(pair => pair.BySelector - pair.Direct).ToList();
            var (bySelector, direct) = pairs[pairs.Count / 2];
            var worst = pairs[^1].BySelector - pairs[^1].Direct;
            return new(
                what,
                string.Create(CultureInfo.InvariantCulture, $"{bySelector / direct:0.00} of direct: {bySelector - direct:+0.000;-0.000} ms ({bySelector:0.000} against {direct:0.000}); worst of {Runs} runs {worst:+0.000;-0.000} ms"),
                string.Create(CultureInfo.InvariantCulture, $"<= +{PromisedMs:0} ms"),
                worst <= PromisedMs);
        }
    }
}
