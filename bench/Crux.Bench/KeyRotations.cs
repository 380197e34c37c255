using System.Diagnostics;
using System.Globalization;
using Crux.Protos;
using Crux.System.Load;
using Crux.System.Tests.Lab;
using Google.Protobuf;

namespace Crux.Bench;

/// <summary>The keys of both ends are replaced, over and over, while calls run.</summary>
internal static class KeyRotations
{
    private const int Rotations = 1_000;
    private const int Loops = 16;

    // A day's overlap of 30 s would make this last for nine hours.
    private static readonly Dictionary<string, string> Brisk = new() { ["CRUX__KEYOVERLAP"] = "00:00:00.050", ["CRUX__RENEWALSPREAD"] = "00:00:00" };

    public static Bench Bench { get; } = new(
        "key-rotations",
        "3 nodes in namespaces; 16 loops call galumph2_3 on another node while both nodes have their processes take new keys, 1,000 times each. An endpoint's next key is published 50 ms before it is shown (30 s unless set).",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(3, cancellationToken);
        var server = new LoadServer(flock.Nodes[1], "galumph2_3", settings: Brisk);
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, cancellationToken);
        var caller = new LoadCaller(flock.Nodes[0], "galumph2", loops: Loops, pauseMs: 0, settings: Brisk);
        await caller.CallsAsync(1_000, cancellationToken);
        using var callers = LocalNode.Open(flock.Nodes[0].Socket);
        using var servers = LocalNode.Open(flock.Nodes[1].Socket);
        var (here, there) = (new KeyTurns.KeyTurnsClient(callers), new KeyTurns.KeyTurnsClient(servers));
        var registry = new Reeve.ReeveClient(callers);
        var seen = new HashSet<ByteString> { await KeyAsync(registry, cancellationToken) };
        var took = new List<TimeSpan>();
        for (var rotation = 0; rotation < Rotations; rotation++)
        {
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(
                here.TurnAsync(new TurnKeysRequest(), cancellationToken: cancellationToken).ResponseAsync,
                there.TurnAsync(new TurnKeysRequest(), cancellationToken: cancellationToken).ResponseAsync);
            await Eventually.HoldsAsync(
                LabFlock.Patience, async () => seen.Add(await KeyAsync(registry, cancellationToken)) ? null : $"no new key after {rotation} rotations\n{server.Process.Story}", cancellationToken);
            took.Add(Stopwatch.GetElapsedTime(start));
        }
        var report = await caller.StopAsync(cancellationToken);
        took.Sort();
        return
        [
            Row.OfFailures("calls over all rotations", report.Failed + report.Indeterminate, report.Calls, string.Join("; ", report.Problems)),
            new(
                "how much",
                string.Create(CultureInfo.InvariantCulture, $"{seen.Count - 1:N0} keys of the endpoint and as many turns of the callers' keys, {report.Switches:N0} times to a new connection, {report.Calls:N0} calls, {report.Attempts - report.Calls:N0} of them placed again"),
                ">= 1,000 rotations",
                seen.Count > Rotations && report.Switches >= Rotations),
            Row.OfCount("from the order until the registry names the new key alone", string.Create(CultureInfo.InvariantCulture, $"median {took[took.Count / 2].TotalMilliseconds:0} ms, p99 {took[took.Count * 99 / 100].TotalMilliseconds:0} ms, 50 of them the overlap")),
        ];
    }

    private static async Task<ByteString> KeyAsync(Reeve.ReeveClient registry, CancellationToken cancellationToken) =>
        (await registry.FindAsync(new FindRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: cancellationToken)).Offers is [{ Entry: var entry }, ..]
            ? entry.KeyHash
            : throw new InvalidOperationException("The service is not listed any more.");
}
