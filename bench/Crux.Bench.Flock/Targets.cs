using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Bench.Flock;

/// <summary>The table of figures: what is promised, and the scenarios that show it.</summary>
internal static class Targets
{
    /// <summary>Targets that share a scenario share its runs.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        .. Cold("cold-1k", 1000, 1.5, 1_000), .. Cold("cold-1k-loss30", 1000, 3.5, 1_000),
        .. Cold("cold-5k", 100, 2, 5_000), .. Cold("cold-5k-loss30", 100, 5, 5_000),
        .. Cold("cold-10k", 30, 2.5, 10_000), .. Cold("cold-10k-loss30", 30, 6, 10_000), .. Cold("cold-10k-sparse", 30, 6, 10_000),
        Of("fenced leader, 10k", "cold-10k", 30, true, 5, "s", run => run.FencedLeaderSeconds),
        Of("bytes out per node for a cold start, 10k", "cold-10k", 30, true, 200_000, "B", run => run.ColdStart?.Bytes.Max),
        Of("a node's busiest second of a cold start, 10k", "cold-10k", 30, true, 1_500_000, "B", run => run.PeakBytesPerSecond.Max),
        Of("wall time of a cold start, 10k", "cold-10k", 30, true, 30, "s", run => run.WallSeconds),
        Of("at rest, out per node, with headers, 1k", "steady", 10, false, 420, "B/s", run => run.Steady?.BytesWithHeaders.Mean),
        Of("at rest, datagrams out per node, 1k", "steady", 10, false, 4, "/s", run => run.Steady?.Datagrams.Mean),
        Crash(0.01, 4), Crash(0.1, 5), Crash(0.3, 8),
        Of("ten crashes at once known to all, 1k", "crash-ten", 100, false, 5, "s", run => Awaited(run, "crashesKnown")),
        Of("view changes of ten crashes, 1k", "crash-ten", 100, false, 1, "", run => run.ViewChanges),
        Of("80 % inbound loss on 1 %: removed, 1k", "sick-deaf", 20, false, 15, "s", run => Awaited(run, "removed")),
        Of("flip-flop on 1 %: removed, 1k", "sick-flip-flop", 20, false, 15, "s", run => Awaited(run, "removed")),
        Of("evictions of healthy nodes in bursts, 100 nodes", "bursts", 20, true, 0, "", run => run.EvictionsFalse),
        With(Of("two 5k halves heal: one view", "partition-heal", 10, true, 5, "s", run => Awaited(run, "oneView")), 10_000, null),
        Of("the leader stands still: a successor, 100 nodes", "leader-pause", 100, false, 7, "s", run => Awaited(run, "successor")),
        Of("two flocks cross-wired: views that change, 2 x 50", "cross-wired", 100, true, 0, "", run => run.ViewChanges),
        Of("garbage at 50,000/s at one node: views that change, 50 nodes", "garbage-flood", 5, true, 0, "", run => run.ViewChanges),
    ];

    private static IEnumerable<Target> Cold(string name, int seeds, double limit, int nodes)
    {
        yield return Of($"full view, {name}", name, seeds, nodes == 10_000, limit, "s", run => run.FullViewSeconds);
        yield return Of($"provisional leader, {name}", name, seeds, nodes == 10_000, limit, "s", run => run.ProvisionalLeaderSeconds);
        yield return Of($"distinct settled sizes, {name}", name, seeds, nodes == 10_000, 3, "", run => run.SettledSizes.Count);
    }

    private static Target Crash(double loss, double limit) => With(
        Of(FormattableString.Invariant($"a crash known to all, 10k, {100 * loss} % loss"), "crash-one", 30, true, limit, "s", run => Awaited(run, "crashKnown")), 10_000, loss);

    private static Target Of(string what, string scenario, int seeds, bool worst, double limit, string unit, Func<RunResult, double?> figure) =>
        new(what, ScenarioLibrary.Read(scenario), seeds, worst, limit, unit, figure);

    private static Target With(Target target, int nodes, double? loss) => target with
    {
        Scenario = target.Scenario with { Nodes = nodes, Network = target.Scenario.Network with { Loss = loss ?? target.Scenario.Network.Loss } },
    };

    private static double? Awaited(RunResult run, string name) => run.Awaited.FirstOrDefault(it => it.Name == name)?.Seconds;
}
