using System.Diagnostics;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>The daemon goes and comes back beneath a service.</summary>
internal static class Restart
{
    private const int Runs = 3;
    private const long SomeCalls = 500;

    public static Bench Bench { get; } = new(
        "restart",
        "3 nodes in namespaces; the daemon beneath a running service is stopped (SIGTERM, then kill -9) and started again, while clients on that node and on another call the service. Timed from exec of the new daemon.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken) =>
        [.. await PlayAsync("SIGTERM", LabSignal.Terminate, cancellationToken), .. await PlayAsync("kill -9", LabSignal.Kill, cancellationToken)];

    private static async Task<IReadOnlyList<Row>> PlayAsync(string how, LabSignal signal, CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(3, cancellationToken);
        var leader = await flock.LeaderAsync(flock.Nodes[0]);
        var beneath = flock.Nodes.Skip(1).First(node => node != leader);
        var server = new LoadServer(beneath, "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, cancellationToken);
        LoadCaller[] callers = [new(flock.Nodes[0], "galumph2"), new(beneath, "galumph2")];
        var times = new List<TimeSpan>();
        for (var run = 0; run < Runs; run++)
        {
            await CallAsync();
            beneath.Process.Signal(signal);
            await beneath.Process.WaitForExitAsync(LabFlock.Patience, cancellationToken);
            await CallAsync();
            beneath.Start();
            await flock.WhenWholeAsync(flock.Nodes, LabFlock.Patience, cancellationToken);
            await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(beneath.Process.StartedAt));
        }
        await CallAsync();
        var reports = await Task.WhenAll(callers.Select(caller => caller.StopAsync(cancellationToken)));
        return
        [
            Row.OfFailures($"{how}: calls from another node", reports[0].Failed + reports[0].Indeterminate, reports[0].Calls, string.Join("; ", reports[0].Problems)),
            Row.OfFailures($"{how}: calls from the same node", reports[1].Failed + reports[1].Indeterminate, reports[1].Calls, string.Join("; ", reports[1].Problems)),
            Row.OfTimes($"{how}: exec to listed again on every node", times, TimeSpan.FromSeconds(8)) with { Goal = "", Held = true },
        ];

        async Task CallAsync()
        {
            foreach (var caller in callers)
                await caller.CallsAsync(SomeCalls, cancellationToken);
        }
    }
}
