using Crux.Simulator.Network;

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

    private static double PerNodeSecond(long count, int nodes) => count / Watched.TotalSeconds / nodes;

    private static long[] Sent(Scenario story, int nodes) =>
        [.. Enumerable.Range(0, 64).Select(kind => Enumerable.Range(0, nodes).Sum(node => story.World.Nodes[node].Machine!.Counters.DatagramsOf(kind)))];
}
