using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Bench.Flock;

/// <summary>The table of figures: what is promised, and the scenarios that show it.</summary>
internal static class Targets
{
    /// <summary>
    /// False evictions for each node-second, at most: what the test FalseEvictionBound holds the code to, by docs/protocols/flock.md. No
    /// simulation can count what happens so seldom.
    /// </summary>
    private const double EvictionBound = 1e-12;

    /// <summary>Targets that share a scenario share its runs.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        .. Cold("cold-1k", 1000, 1.5, 1_000), .. Cold("cold-1k-loss30", 1000, 3.5, 1_000),
        .. Cold("cold-5k", 100, 2, 5_000), .. Cold("cold-5k-loss30", 100, 5, 5_000),
        .. Cold("cold-10k", 30, 2.5, 10_000), .. Cold("cold-10k-loss30", 30, 6, 10_000), .. Cold("cold-10k-sparse", 30, 6, 10_000),
        Of("fenced leader, 10k", "cold-10k", 30, Counts.Worst, 5, "s", run => run.FencedLeaderSeconds),
        Of("bytes out per node for a cold start, 10k", "cold-10k", 30, Counts.Worst, 200_000, "B", run => run.ColdStart?.Bytes.Mean),
        Of("a node's busiest second of a cold start, 10k", "cold-10k", 30, Counts.Worst, 1_500_000, "B", run => run.PeakBytesPerSecond.Max),
        Of("wall time of a cold start, 10k", "cold-10k", 30, Counts.Worst, 30, "s", run => run.WallSeconds) with { IsRealTime = true },
        Of("at rest, out per node, with headers, 1k", "steady", 10, Counts.P99, 420, "B/s", run => run.Steady?.BytesWithHeaders.Mean),
        Of("at rest, datagrams out per node, 1k", "steady", 10, Counts.P99, 4, "/s", run => run.Steady?.Datagrams.Mean),
        Of("at rest, out per node, with headers, 10k", "steady-10k", 3, Counts.Worst, 420, "B/s", run => run.Steady?.BytesWithHeaders.Mean),
        Of("at rest, datagrams out per node, 10k", "steady-10k", 3, Counts.Worst, 4, "/s", run => run.Steady?.Datagrams.Mean),
        Crash(0.01, 4), Crash(0.1, 5), Crash(0.3, 8),
        Crash10k(1, 4), Crash10k(10, 5), Crash10k(30, 8),
        Of("ten crashes at once known to all, 1k", "crash-ten", 100, Counts.P99, 5, "s", run => Awaited(run, "crashesKnown")),
        Of("view changes of ten crashes, 1k", "crash-ten", 100, Counts.P99, 1, "", run => run.ViewChanges),
        FalseEvictions("rest-loss10", "10 % loss"), FalseEvictions("rest-loss20", "20 % loss"), FalseEvictions("rest-loss30", "30 % loss"),
        FalseEvictions("rest-bursts", "bursts of up to 40 % of any 4 s"),
        Of("80 % inbound loss on 1 %: removed, 1k", "sick-deaf", 20, Counts.P99, 15, "s", run => Awaited(run, "removed")),
        Of("flip-flop on 1 %: removed, 1k", "sick-flip-flop", 20, Counts.P99, 15, "s", run => Awaited(run, "removed")),
        Of("healthy nodes evicted meanwhile", "sick-flip-flop", 20, Counts.Sum, 0, "", run => run.EvictionsFalse),
        FencedChange(0.01, 7), FencedChange(0.3, 12),
        Of("a leader crashes: all follow another, 100 nodes", "leader-crash", 100, Counts.P99, 7, "s", run => Awaited(run, "successor")),
        Of("the leader stands still: a successor, 100 nodes", "leader-pause", 100, Counts.P99, 7, "s", run => Awaited(run, "successor")),
        Of("two 5k halves heal: one view", "partition-heal-10k", 10, Counts.Worst, 5, "s", run => Awaited(run, "oneView")),
        Of("two 5k halves heal: one leader", "partition-heal-10k", 10, Counts.Worst, 8, "s", run => Awaited(run, "oneView") + Awaited(run, "oneLeader")),
        Of("two halves of 500 heal: one view", "partition-heal", 10, Counts.Worst, 5, "s", run => Awaited(run, "oneView")),
        Of("two halves of 500 heal: one leader", "partition-heal", 10, Counts.Worst, 8, "s", run => Awaited(run, "oneView") + Awaited(run, "oneLeader")),
        .. Keys("a day, 1k", "keys-day", 2_160, 1_000_000), .. Keys("half an hour, 10k", "keys-10k", 44, 100_000),
        Of("two flocks cross-wired: views that change, 2 x 50", "cross-wired", 100, Counts.Worst, 0, "", run => run.ViewChanges),
        Of("two sealed flocks cross-wired: views that change, 2 x 50", "cross-wired-sealed", 10_000, Counts.Worst, 0, "", run => run.ViewChanges),
        Of("two sealed flocks cross-wired: all are alarmed, 2 x 50", "cross-wired-sealed", 10_000, Counts.Worst, 5, "s", run => Awaited(run, "alarmed")),
        Of("garbage at 50,000/s at one node: views that change, 50 nodes", "garbage-flood", 5, Counts.Worst, 0, "", run => run.ViewChanges),
    ];

    /// <summary>The names of figures that two runs of one history need not share.</summary>
    public static IReadOnlySet<string> OfRealTime { get; } = All.Where(target => target.IsRealTime).Select(target => target.What).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<Target> Cold(string name, int seeds, double limit, int nodes)
    {
        var counts = nodes == 10_000 ? Counts.Worst : Counts.P99;
        yield return Of($"full view, {name}", name, seeds, counts, limit, "s", run => run.FullViewSeconds);
        yield return Of($"provisional leader, {name}", name, seeds, counts, limit, "s", run => run.ProvisionalLeaderSeconds);
        yield return Of($"distinct settled sizes, {name}", name, seeds, counts, 3, "", run => run.SettledSizes.Count);
    }

    private static IEnumerable<Target> Keys(string span, string name, int rotations, int replays) =>
    [
        Of($"keys, {span}: turns", name, 1, Counts.Least, rotations, "", run => run.Keys.Rotations),
        Of($"keys, {span}: members lost", name, 1, Counts.Worst, 0, "", run => run.Keys.MembersLost),
        Of($"keys, {span}: nonces repeated", name, 1, Counts.Worst, 0, "", run => run.Keys.NoncesRepeated),
        Of($"keys, {span}: replays tried", name, 1, Counts.Least, replays, "", run => run.Keys.Replays),
        Of($"keys, {span}: replays accepted", name, 1, Counts.Worst, 0, "", run => run.Keys.ReplaysAccepted),
    ];

    private static Target Crash(double loss, double limit) => With(
        Of(FormattableString.Invariant($"a crash known to all, 1k, {100 * loss} % loss"), "crash-one", 30, Counts.Worst, limit, "s", run => Awaited(run, "crashKnown")),
        1_000, loss, limit);

    private static Target Crash10k(int percent, double limit) =>
        Of(FormattableString.Invariant($"a crash known to all, 10k, {percent} % loss"), FormattableString.Invariant($"crash-10k-loss{percent}"), 30, Counts.Worst, limit, "s", run => Awaited(run, "crashKnown"));

    // A million node-seconds each.
    private static Target FalseEvictions(string scenario, string weather) =>
        Of($"healthy nodes evicted, 1k, {weather}", scenario, 100, Counts.Sum, 0, "", run => run.EvictionsFalse) with { NodeSeconds = 1e8, Calculated = EvictionBound };

    private static Target FencedChange(double loss, double limit)
    {
        var target = With(
            Of(FormattableString.Invariant($"fenced leader after the last one's crash, 100 nodes, {100 * loss} % loss"), "leader-crash", 100, Counts.P99, limit, "s", run => Awaited(run, "successor")), 100, loss, limit);
        return target with
        {
            Scenario = target.Scenario with
            {
                Name = "leader-crash-fenced",
                Timeline = [.. target.Scenario.Timeline.Select(step => step.Kind == StepKind.Await ? step with { Goal = Goal.FencedLeader } : step)],
            },
        };
    }

    private static Target Of(string what, string scenario, int seeds, Counts counts, double limit, string unit, Func<RunResult, double?> figure) =>
        new(what, ScenarioLibrary.Read(scenario), seeds, counts, limit, unit, figure);

    // Where more is lost, more time is promised; what is awaited gets three times that, so that a late one is measured too.
    private static Target With(Target target, int nodes, double? loss, double? limit = null) => target with
    {
        Scenario = target.Scenario with
        {
            Nodes = nodes,
            Network = target.Scenario.Network with { Loss = loss ?? target.Scenario.Network.Loss },
            Timeline = limit is not { } seconds ? target.Scenario.Timeline
                : [.. target.Scenario.Timeline.Select(step => step.Kind == StepKind.Await && step.Within < TimeSpan.FromSeconds(60) ? step with { Within = TimeSpan.FromSeconds(3 * seconds) } : step)],
        },
    };

    private static double? Awaited(RunResult run, string name) => run.Awaited.FirstOrDefault(it => it.Name == name)?.Seconds;
}
