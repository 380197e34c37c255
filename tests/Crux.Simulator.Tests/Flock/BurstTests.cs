using Crux.Simulator.Network;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Simulator.Tests.Flock;

/// <summary>What it costs that each node now and then hears nothing for a second.</summary>
public sealed class BurstTests
{
    /// <summary>Datagrams a node and second, of all kinds, answers included.</summary>
    private const double MostDatagrams = 60;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Broken once: a node that was deaf for a second told of its doubts, surveyed everybody, told of all that it found and asked each of
    /// their observers, a hundred times a second: 430 datagrams from each of thirty nodes in each second, 620 from each of twenty.
    /// </summary>
    [Theory]
    [InlineData(20, 1)]
    [InlineData(30, 2)]
    public void Who_is_deaf_for_a_second_keeps_its_doubts_to_itself(int nodes, ulong seed)
    {
        using var story = Scenario.Of(new SimulationOptions { Seed = seed }, nodes);
        story.World.StartSettled();
        story.UntilRest("one view", TimeSpan.FromSeconds(5));
        story.World.Network = new()
        {
            Burst = new BurstLoss(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1))
            {
                LeastGood = TimeSpan.FromSeconds(2.4),
                LongestBad = TimeSpan.FromSeconds(1.6),
            },
        };
        var before = Sent(story, nodes);
        story.Run(Watched);
        var after = Sent(story, nodes);
        for (var kind = 0; kind < after.Length; kind++)
        {
            if (after[kind] > before[kind])
                TestContext.Current.SendDiagnosticMessage($"kind {kind}: {PerNodeSecond(after[kind] - before[kind], nodes):F1}");
        }
        Assert.InRange(PerNodeSecond(after.Sum() - before.Sum(), nodes), 3, MostDatagrams);
        Assert.All(Enumerable.Range(0, nodes), node => Assert.Equal(nodes, story.World.DigestOf(node)!.Value.Size));
    }

    /// <summary>
    /// Broken once, by seeds 2 of rest-bursts with 50 nodes at 779 s and 3 of bursts with 60 at 181 s: a node that went deaf for a second while
    /// it asked everybody, because one had died, found all silent, and held 49 of 50 for unreachable.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Who_goes_deaf_while_it_asks_everybody_finds_no_split(ulong seed)
    {
        for (var after = 1.6; after < 2.6; after += 0.2)
        {
            using var story = Scenario.Of(new SimulationOptions { Seed = seed }, 30);
            story.World.StartSettled();
            story.UntilRest("one view", TimeSpan.FromSeconds(5)).Run(TimeSpan.FromSeconds(3));
            var died = story.World.Now;
            story.Crash(29);
            // Some of these watch it. Each hears nothing for a second and a half, and speaks as ever.
            story.World.Wire.Swallows = (_, to) => to < 6 && story.World.Now - died is var past && past >= TimeSpan.FromSeconds(after) && past < TimeSpan.FromSeconds(after + 1.5);
            for (var i = 0; i < 60; i++)
            {
                story.Run(TimeSpan.FromMilliseconds(100));
                Assert.All(Enumerable.Range(0, 29), node => Assert.InRange(story.World.DigestOf(node)!.Value.Reachable, 29, 30));
            }
            Assert.All(Enumerable.Range(0, 29), node => Assert.Equal(29, story.World.DigestOf(node)!.Value.Size));
        }
    }

    /// <summary>
    /// Broken once, by seed 20 of rest-bursts with 100 nodes at 682 s and by each of these: a leader asked for support every 2 s, heard nothing
    /// for 1.6 s from the end of a round on, and had one try left in its lease, in which most voters were deaf themselves. And, by seed 3: on trial, a
    /// member was asked seldom while who asked was deaf, so that what it had missed counted for more than what it had heard; in 300 s four of
    /// five healthy nodes of nearly every second flock were evicted so.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(22)]
    [InlineData(27)]
    public void Who_misses_two_fifths_of_each_four_seconds_is_no_reason_to_lose_a_leader_or_a_member(ulong seed)
    {
        var weather = ScenarioReader.Read("storm.json", """
            {
              "nodes": 5, "start": "settled", "clockPpm": 500, "runOn": "80s", "restWithin": "5s",
              "network": { "burst": { "good": "4s", "bad": "3s", "leastGood": "2.4s", "longestBad": "1.6s" } },
              "timeline": [{ "do": "await", "what": "fullView" }],
              "expect": { "leaderChanges": 0, "viewChanges": 0 }
            }
            """u8);
        var result = new ScenarioRun(weather, seed).Run(TestContext.Current.CancellationToken);
        Assert.True(result.Ok, string.Join('\n', result.Violations.Select(it => it.ToString()).Concat(result.Failures)));
    }

    private static double PerNodeSecond(long count, int nodes) => count / Watched.TotalSeconds / nodes;

    private static long[] Sent(Scenario story, int nodes) =>
        [.. Enumerable.Range(0, 64).Select(kind => Enumerable.Range(0, nodes).Sum(node => story.World.Nodes[node].Machine!.Counters.DatagramsOf(kind)))];
}
