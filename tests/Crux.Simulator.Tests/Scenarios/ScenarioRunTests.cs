using System.Text;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Reports;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Simulator.Tests.Scenarios;

public sealed class ScenarioRunTests
{
    /// <summary>What ships, on flocks small enough for every build.</summary>
    [Theory]
    [InlineData("mishaps", 30)]
    [InlineData("steady", 20)]
    [InlineData("crash-ten", 200)]
    [InlineData("partition-heal", 40)]
    [InlineData("staged-racks", 80)]
    [InlineData("late-switch", 60)]
    [InlineData("half-crash", 40)]
    [InlineData("leader-pause", 60)]
    [InlineData("clone", 50)]
    [InlineData("leader-crash", 20)]
    [InlineData("long-rest", 12)]
    [InlineData("crash-one", 60)]
    [InlineData("address-reuse", 30)]
    [InlineData("cross-wired", 40)]
    [InlineData("garbage-flood", 10)]
    [InlineData("cold-1k-ipv6", 60)]
    [InlineData("cold-1k-scattered", 120)]
    public void What_ships_holds_on_a_small_flock(string name, int nodes)
    {
        var scenario = ScenarioLibrary.Read(name);
        // Sizes of islands while racks start one by one are a figure of large flocks. Ten of sixty would be near a partition, and waited for longer.
        var result = new ScenarioRun(scenario with { Nodes = nodes, Expect = scenario.Expect with { SettledSizes = null } }, 1).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
    }

    /// <summary>In so many blocks of one member each views are compared at once and more often; otherwise this takes over two seconds.</summary>
    [Fact]
    public void Hundreds_of_scattered_members_see_each_other_soon()
    {
        var result = new ScenarioRun(ScenarioLibrary.Read("cold-1k-scattered") with { Nodes = 600 }, 1).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
        Assert.InRange(result.FullViewSeconds!.Value, 0, 1.6);
    }

    /// <summary>
    /// Who lacked a key of the first verdict that came asked whoever brought another, which had the keys of other observers' alarms; and its
    /// comparisons told others of the dead, and nobody told it. So the last of these knew of the crash after 6 to 9.5 s.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void A_crash_is_soon_known_to_those_who_lack_the_keys_that_prove_it(ulong seed)
    {
        var scenario = ScenarioLibrary.Read("crash-10k-loss30") with { Nodes = 1_200 };
        var result = new ScenarioRun(scenario, seed).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
        Assert.InRange(result.Awaited.Single(awaited => awaited.Name == "crashKnown").Seconds!.Value, 0, 5.5);
    }

    /// <summary>The first that came back made a majority of a half, and it evicted all others, which had been unreachable for more than a minute.</summary>
    [Fact]
    public void Nobody_is_evicted_when_two_halves_become_one_again()
    {
        var result = new ScenarioRun(ScenarioLibrary.Read("partition-heal-10k") with { Nodes = 100 }, 1).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
        Assert.Equal((0, 0), (result.EvictionsTrue, result.EvictionsFalse));
    }

    /// <summary>
    /// The larger part of a split evicts the other after a minute. When they hear each other again, those of the smaller part are told that
    /// their own neighbours were evicted, and asked them; but nobody answered whose news it was no more, so they believed it, and for two
    /// seconds nothing else. It took 6.5 s.
    /// </summary>
    [Fact]
    public void Those_who_were_evicted_beyond_a_split_come_back_at_once()
    {
        var scenario = ScenarioReader.Read("split", """
            {
              "about": "Two fifths of a flock are away for longer than the others wait for them.",
              "nodes": 1200, "start": "settled", "network": { "loss": 0.01 },
              "timeline": [
                { "do": "await", "what": "leader", "within": "60s" },
                { "do": "partition", "nodes": "40%", "after": "5s" },
                { "do": "heal", "after": "70s" },
                { "do": "await", "what": "fullView", "within": "30s", "as": "oneView" }
              ]
            }
            """u8.ToArray());
        var result = new ScenarioRun(scenario, 1).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
        Assert.Equal(720 * 480, result.EvictionsTrue + result.EvictionsFalse);
        Assert.InRange(result.Awaited.Single(awaited => awaited.Name == "oneView").Seconds!.Value, 0, 2.5);
    }

    /// <summary>
    /// A newcomer that missed the first word of the flock's keys asked for them twice a second, and the waits of those who asked for its name
    /// had grown long by then: in these starts somebody was nameless to somebody for more than 5 s, in the first one for 26 s.
    /// </summary>
    [Theory]
    [InlineData(28)]
    [InlineData(42)]
    [InlineData(53)]
    [InlineData(54)]
    public void Newcomers_are_soon_known_by_name_where_much_is_lost(ulong seed)
    {
        var result = new ScenarioRun(ScenarioLibrary.Read("slow-starts"), seed).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
    }

    /// <summary>
    /// While ten deaf nodes go one after another some members cut 0.9 s later than others. A deaf one that had found itself evicted took a
    /// word of those for its return, refuted, and was back for all without any proof.
    /// </summary>
    [Theory]
    [InlineData(94)]
    [InlineData(136)]
    [InlineData(153)]
    public void Who_is_deaf_does_not_come_back_by_the_word_of_those_that_cut_last(ulong seed)
    {
        var result = Run("""
            { "nodes": 120, "start": "settled", "network": { "loss": 0.01 }, "runOn": "20s",
              "timeline": [{ "do": "await" }, { "do": "loss", "nodes": "8%", "inbound": 0.8, "after": "5s" }, { "do": "await", "what": "fullView", "within": "15s", "as": "removed" }] }
            """, seed);
        AssertHeld(result);
    }

    /// <summary>The two in some ten thousand that were too late: in one nobody found a stranger for 5 s, in the other nobody told one node for 24 s.</summary>
    [Theory]
    [InlineData(2961)]
    [InlineData(9473)]
    public void All_of_two_sealed_flocks_that_are_wired_together_are_soon_alarmed(ulong seed)
    {
        var result = new ScenarioRun(ScenarioLibrary.Read("cross-wired-sealed"), seed).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
    }

    [Fact]
    public void One_seed_gives_one_history_whatever_runs_beside_it()
    {
        var scenario = ScenarioLibrary.Read("mishaps");
        var alone = SeedSweep.Run(scenario, 1, 2, 1, null, TestContext.Current.CancellationToken);
        var together = SeedSweep.Run(scenario, 1, 2, 2, null, TestContext.Current.CancellationToken);
        Assert.Equal(alone.Select(it => it.TraceHash), together.Select(it => it.TraceHash));
        Assert.NotEqual(alone[0].TraceHash, alone[1].TraceHash);
    }

    [Fact]
    public void Keys_that_the_operator_orders_turn_through_a_lost_leader_and_a_partition()
    {
        var result = new ScenarioRun(ScenarioLibrary.Read("keys-ordered") with { Nodes = 24 }, 1).Run(TestContext.Current.CancellationToken);
        AssertHeld(result);
        Assert.Equal((4, 5u, 0, 0L, 0L), (result.Keys.Ordered, result.Keys.Generation, result.Keys.MembersLost, result.Keys.NoncesRepeated, result.Keys.ReplaysAccepted));
        Assert.InRange(result.Keys.Replays, 1_000, result.Keys.FramesSealed / 4);
    }

    [Fact]
    public void An_order_that_no_node_takes_fails_the_run()
    {
        var result = Run("""{ "nodes": 8, "timeline": [{ "do": "await", "what": "fencedLeader" }, { "do": "refound", "nodes": "leader" }] }""");
        Assert.Contains("took no order: A leader is elected", Assert.Single(result.Failures), StringComparison.Ordinal);
        Assert.Empty(result.Violations);
    }

    [Fact]
    public void An_awaited_crash_takes_its_time()
    {
        var result = Run("""{ "nodes": 16, "network": { "loss": 0.01 }, "timeline": [{ "do": "await" }, { "do": "crash", "after": "2s" }, { "do": "await", "what": "fullView", "as": "gone" }] }""");
        Assert.InRange(result.Awaited[^1].Seconds!.Value, 0.5, 10);
        Assert.True(result.Ok);
    }

    [Fact]
    public void What_is_expected_and_does_not_come_fails_the_run()
    {
        var result = Run("""{ "nodes": 8, "runOn": "5s", "expect": { "fullView": "1us", "steadyDatagramsPerSecond": 1, "leaderChanges": 0 }, "timeline": [{ "do": "await", "within": "1ms" }] }""");
        Assert.False(result.Ok);
        Assert.Empty(result.Violations);
        Assert.Contains(result.Failures, it => it.StartsWith("line 1: not rest within 0.001 s", StringComparison.Ordinal));
        Assert.Contains(result.Failures, it => it.StartsWith("steadyDatagramsPerSecond", StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_of_a_cold_start_are_the_mean_of_the_nodes_and_the_peak_is_the_worst_nodes()
    {
        var result = Run("""{ "nodes": 16, "runOn": "1s", "timeline": [{ "do": "await" }] }""");
        var (bytes, peak) = (result.ColdStart!.Bytes, result.PeakBytesPerSecond);
        Assert.True(bytes.Mean < bytes.Max && peak.Mean < peak.Max, $"{bytes} {peak}");

        Assert.Empty(Judgement.Of(result, new Expectations { ColdBytes = bytes.Mean, PeakBytesPerSecond = peak.Max }));
        Assert.Equal(["coldBytes", "peakBytesPerSecond"], Judgement.Of(result, new Expectations { ColdBytes = bytes.Mean - 1, PeakBytesPerSecond = peak.Max - 1 }).Select(it => it.Split(':')[0]));
    }

    [Fact]
    public void Two_flocks_with_a_wire_between_them_stay_two()
    {
        var result = Run("""{ "nodes": 16, "flocks": [{ "name": "a", "wire": "x" }, { "name": "b", "wire": "y" }], "timeline": [{ "do": "await" }, { "do": "crossWire", "after": "5s" }, { "do": "wait", "after": "20s" }], "expect": { "viewChanges": 0 } }""");
        Assert.True(result.Ok, string.Join('\n', result.Failures));
    }

    [Fact]
    public void Convergence_can_be_drawn()
    {
        var result = Run("""{ "nodes": 8, "powerOn": { "over": "1s" }, "runOn": "2s" }""");
        var text = ConvergenceText.Draw(result.Convergence, 60);
        Assert.Contains("100 %|", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 61));
        var svg = System.Xml.Linq.XDocument.Parse(ConvergenceSvg.Draw(result));
        Assert.Equal(2, svg.Descendants().Count(it => it.Name.LocalName == "polyline"));
    }

    private static void AssertHeld(RunResult result) => Assert.True(result.Ok, string.Join('\n', result.Violations.Select(it => it.ToString()).Concat(result.Failures)));

    private static RunResult Run(string text, ulong seed = 5) => new ScenarioRun(ScenarioReader.Read("mine.json", Encoding.UTF8.GetBytes(text)), seed).Run(TestContext.Current.CancellationToken);
}
