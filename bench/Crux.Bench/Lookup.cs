using System.Globalization;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>How many look-ups a node answers.</summary>
internal static class Lookup
{
    private const int Runs = 3;
    private const int Services = 3;
    private const double SocketPromised = 10_000;
    private const double InProcessPromised = 5_000_000;

    public static Bench Bench { get; } = new(
        "lookup",
        "Look-ups of a watched api: asked of the reeve inside its process, on one thread; and by Reeve.Find over the Unix socket, from one process on the same node, 1 and 16 loops on one connection.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(Services, cancellationToken);
        List<LoadServer> servers = [.. flock.Nodes.Select(node => new LoadServer(node, "galumph2_3"))];
        await LabFlock.WhenListedAsync(flock.Nodes, servers, LabFlock.Patience, cancellationToken);
        return [await InProcessAsync(), await SocketAsync(1, 20_000), await SocketAsync(16, 100_000)];

        async Task<Row> InProcessAsync()
        {
            var rates = await InProcess.RatesAsync(Runs, cancellationToken);
            return new(
                "in process, one thread",
                string.Create(CultureInfo.InvariantCulture, $"{rates[Runs / 2] / InProcessPromised:0.00} of the promise: median {rates[Runs / 2]:N0}/s, worst {rates[0]:N0}/s, {Runs} runs, {Services} offers each"),
                string.Create(CultureInfo.InvariantCulture, $">= {InProcessPromised:N0}/s"),
                rates[0] >= InProcessPromised);
        }

        async Task<Row> SocketAsync(int loops, int calls)
        {
            var rates = new List<double>();
            for (var run = 0; run < Runs; run++)
            {
                var found = await Measurement.RunAsync(
                    flock.Nodes[0], "find",
                    ["--selector", "galumph2", "--loops", loops.ToString(CultureInfo.InvariantCulture), "--calls", calls.ToString(CultureInfo.InvariantCulture)],
                    cancellationToken);
                rates.Add(found.GetProperty("perSecond").GetDouble());
            }
            rates.Sort();
            return new(
                $"over the Unix socket, {loops} loop{(loops == 1 ? "" : "s")}",
                string.Create(CultureInfo.InvariantCulture, $"{rates[Runs / 2] / SocketPromised:0.00} of the promise: median {rates[Runs / 2]:N0}/s, worst {rates[0]:N0}/s, {Runs} runs, {Services} offers each"),
                loops == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $">= {SocketPromised:N0}/s"),
                loops == 1 || rates[0] >= SocketPromised);
        }
    }
}
