using System.Diagnostics;
using System.Globalization;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Ten processes; the leader goes without a goodbye, killed or cut off.</summary>
internal static class LeaderLoss
{
    private const int Runs = 3;
    private const int Hosts = 10;
    private const long SomeCalls = 200;

    public static Bench Bench { get; } = new(
        "leader-loss",
        "10 processes in 10 namespaces; the leader's node is lost, by kill -9 and by taking its veth down, while clients on other nodes call. Timed until every survivor names one new leader with a ready steward that lists every surviving service.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken) =>
        [.. await PlayAsync("kill -9", cut: false, cancellationToken), .. await PlayAsync("veth down", cut: true, cancellationToken)];

    private static async Task<IReadOnlyList<Row>> PlayAsync(string how, bool cut, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        var reports = new List<LoadReport[]>();
        for (var run = 0; run < Runs; run++)
        {
            var (time, calls) = await PlayOnceAsync(cut, cancellationToken);
            times.Add(time);
            reports.Add(calls);
        }
        var toSurvivors = reports.Select(run => run[0]).ToList();
        var repeatable = reports.Select(run => run[1]).ToList();
        var others = reports.Select(run => run[2]).ToList();
        return
        [
            Row.OfTimes($"{how}: leader lost to all listed again", times, TimeSpan.FromSeconds(8)),
            Row.OfFailures($"{how}: calls to survivors", toSurvivors.Sum(it => it.Failed + it.Indeterminate), toSurvivors.Sum(it => it.Calls)),
            Row.OfFailures(
                $"{how}: idempotent calls to the lost node", repeatable.Sum(it => it.Failed + it.Indeterminate), repeatable.Sum(it => it.Calls),
                string.Create(CultureInfo.InvariantCulture, $"{repeatable.Sum(it => it.Attempts):N0} attempts")),
            Row.OfFailures(
                $"{how}: other calls to the lost node, of 4 in flight", others.Sum(it => it.Failed), others.Sum(it => it.Calls),
                string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", others.Select(it => it.Indeterminate))} indeterminate")),
        ];
    }

    private static async Task<(TimeSpan, LoadReport[])> PlayOnceAsync(bool cut, CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(Hosts, cancellationToken);
        var leader = await flock.LeaderAsync(flock.Nodes[0]);
        var survivors = flock.Nodes.Where(node => node != leader).ToList();
        List<LoadServer> surviving = [new(survivors[0], "alive2_1"), new(survivors[1], "alive2_1"), new(survivors[2], "mixed2_1")];
        var lost = new LoadServer(leader, "mixed2_1");
        await LabFlock.WhenListedAsync(flock.Nodes, [.. surviving, lost], LabFlock.Patience, cancellationToken);
        LoadCaller[] callers = [new(survivors[5], "alive2"), new(survivors[6], "mixed2"), new(survivors[7], "mixed2", method: "register")];
        foreach (var caller in callers)
            await caller.CallsAsync(SomeCalls, cancellationToken);

        var start = Stopwatch.GetTimestamp();
        if (cut)
        {
            await leader.Host.SetLinkAsync(up: false, cancellationToken);
        }
        else
        {
            leader.Process.Signal(LabSignal.Kill);
            lost.Process.Signal(LabSignal.Kill);
        }
        await flock.WhenWholeAsync(survivors, LabFlock.Patience, cancellationToken);
        await LabFlock.WhenListedAsync(survivors, surviving, LabFlock.Patience, cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        foreach (var caller in callers)
            await caller.CallsAsync(SomeCalls, cancellationToken);
        return (took, await Task.WhenAll(callers.Select(caller => caller.StopAsync(cancellationToken))));
    }
}
