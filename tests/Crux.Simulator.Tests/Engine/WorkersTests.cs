using Crux.Machines.Flock.Events;
using Crux.Simulator.Network;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Simulator.Tests.Engine;

/// <summary>One seed gives one history, on one thread and on many: threads may win time and nothing else.</summary>
public sealed class WorkersTests
{
    private const int Nodes = 26;

    /// <summary>Everything that can happen to a datagram.</summary>
    private static readonly NetworkConditions Rough = new()
    {
        Loss = 0.1,
        Duplication = 0.05,
        Reordering = 0.1,
        Replay = 0.05,
        ReplayWithin = TimeSpan.FromSeconds(2),
        BandwidthBytesPerSecond = 1_000_000,
        Processing = TimeSpan.FromTicks(200),
        UnresolvedProbes = 64,
        Burst = new BurstLoss(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(0.3)),
    };

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void A_history_is_the_same_for_one_worker_and_for_several(ulong seed, bool perLink)
    {
        var one = Tell(seed, 1, perLink);
        Assert.Equal(one, Tell(seed, 2, perLink));
        Assert.Equal(one, Tell(seed, 5, perLink));
    }

    [Theory]
    [InlineData("mishaps", 16)]
    [InlineData("clone", 24)]
    [InlineData("address-reuse", 24)]
    [InlineData("garbage-flood", 6)]
    [InlineData("cross-wired", 24)]
    [InlineData("sick-flip-flop", 40)]
    [InlineData("bursts", 24)]
    public void What_a_scenario_comes_to_is_the_same_for_one_worker_and_for_two(string name, int nodes)
    {
        var scenario = ScenarioLibrary.Read(name) with { Nodes = nodes };
        // Its first half minute has all that there is in it, but for what comes after long waits.
        scenario = scenario with { RunOn = TimeSpan.FromSeconds(2), Timeline = [.. scenario.Timeline.Select(Soon)] };
        var stop = TestContext.Current.CancellationToken;
        var (one, two) = (new ScenarioRun(scenario, 5).Run(stop), new ScenarioRun(scenario, 5, 2).Run(stop));
        Assert.Equal(Story(one), Story(two));
    }

    [Fact]
    public void What_is_told_comes_in_the_order_of_time_whoever_ran_it()
    {
        var (one, two) = (Heard(1), Heard(3));
        Assert.Equal(one, two);
        Assert.Equal(one.OrderBy(it => it.At), one);
        Assert.Contains(one, it => it.What.Length > 0);
    }

    [Fact]
    public void A_broken_invariant_is_the_same_for_one_worker_and_for_two()
    {
        static string Broken(int workers)
        {
            using var story = Scenario.Of(new SimulationOptions { Seed = 1, KeepsGoing = true, Workers = workers }, 24).PowerOn(TimeSpan.FromSeconds(0.5)).Run(TimeSpan.FromSeconds(35));
            story.World.Wire.Swallows = static (from, to) => from == 3 || to == 3;
            story.Run(TimeSpan.FromSeconds(15));
            Assert.NotEmpty(story.World.Breaches);
            return string.Join('\n', story.World.Breaches);
        }
        Assert.Equal(Broken(1), Broken(2));
    }

    [Fact]
    public void A_machine_that_fails_fails_at_the_same_time_for_one_worker_and_for_two()
    {
        static string Failure(int workers)
        {
            using var story = Scenario.Of(new SimulationOptions { Seed = 1, Workers = workers }, 24).PowerOn(TimeSpan.FromSeconds(0.5));
            var from = story.World.Now;
            story.World.Falsifies = (node, news) => story.World.Now > from + TimeSpan.FromSeconds(1) && news is MemberLeft ? throw new InvalidOperationException("No.") : news;
            story.Crash(3, 9);
            return Assert.Throws<SimulationException>(() => story.Run(TimeSpan.FromSeconds(20))).Message + story.World.Report.Trace;
        }
        Assert.Equal(Failure(1), Failure(2));
    }

    // Everything that can happen to a node, at once or soon.
    private static string Tell(ulong seed, int workers, bool perLink)
    {
        var options = new SimulationOptions { Seed = seed, KeepsGoing = true, Workers = workers, Network = Rough with { Burst = Rough.Burst! with { PerLink = perLink } } };
        using var story = Scenario.Of(options, Nodes);
        story.PowerOn(TimeSpan.FromSeconds(1)).Run(TimeSpan.FromSeconds(3));
        story.World.StartFlood(5, 2_000, TimeSpan.FromSeconds(1), 100, forges: true);
        for (var node = 0; node < Nodes; node++)
            story.World.SetClockRate(node, (node * 53 % 1_001) - 500);
        story.Crash(3, 4).Pause(7, TimeSpan.FromSeconds(4)).Run(TimeSpan.FromSeconds(4));
        story.Partition(15).CutOneWay(20, 21).Run(TimeSpan.FromSeconds(4)).Heal();
        story.World.PowerOn(story.World.AddNode(story.World.AddressOf(10), story.World.Nodes[10].Credentials, story.World.Count), TimeSpan.Zero);
        story.World.Move(4, story.World.AddressOf(11));
        story.PowerOn(TimeSpan.FromSeconds(1), 3, 4).Leave(12).Network(was => was with { Loss = 0.3, Latency = TimeSpan.FromMilliseconds(1) });
        story.World.SetLoss(14, 0.5, 0.2);
        story.Run(TimeSpan.FromSeconds(4));
        return $"{story.World.Report} {story.World.Report.PeakPending} {string.Join(' ', story.World.Breaches)}";
    }

    private static List<(TimeSpan At, int Node, string What)> Heard(int workers)
    {
        using var story = Scenario.Of(new SimulationOptions { Seed = 2, Workers = workers }, 40);
        var heard = new List<(TimeSpan, int, string)>();
        story.World.Witness = (at, node, news) => heard.Add((at, node, news.Text));
        story.PowerOn(TimeSpan.FromSeconds(0.2)).Run(TimeSpan.FromSeconds(2));
        return heard;
    }

    private static Step Soon(Step step) => step with
    {
        At = step.At is { } at && at > TimeSpan.FromSeconds(20) ? TimeSpan.FromSeconds(20) : step.At,
        After = step.After > TimeSpan.FromSeconds(2) ? TimeSpan.FromSeconds(2) : step.After,
        For = step.For > TimeSpan.FromSeconds(3) ? TimeSpan.FromSeconds(3) : step.For,
        Period = step.Period > TimeSpan.FromSeconds(4) ? TimeSpan.FromSeconds(4) : step.Period,
        Within = step.Within > TimeSpan.FromSeconds(10) ? TimeSpan.FromSeconds(10) : step.Within,
    };

    // All but real time.
    private static string Story(RunResult run) => string.Join(
        '\n',
        [
            $"{run.TraceHash} {run.Events} {run.FullViewSeconds} {run.FencedLeaderSeconds} {run.ViewsPerNode} {run.ViewChanges} {run.LeaderChanges} {run.EvictionsTrue} {run.EvictionsFalse} {run.ColdStart} {run.Steady}",
            .. run.Violations.Select(it => it.ToString()), .. run.Failures, .. run.Awaited.Select(it => it.ToString()), .. run.Timeline.Select(it => it.ToString()),
        ]);
}
