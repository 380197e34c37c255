namespace Crux.Simulator.Tests.Flock;

public sealed class QuietTests
{
    /// <summary>Three beats a second from each, and the slow scan of the whole group.</summary>
    private const double BeatsPerNode = 3.5;

    /// <summary>
    /// Broken once: of more than eight leaders that had resigned, each node forgot some and heard of them as news again, so that 50 nodes
    /// told each other 4,800 times a second, for ever.
    /// </summary>
    [Theory]
    [InlineData(16)]
    [InlineData(50)]
    public void Islands_of_one_that_meet_fall_quiet(int nodes)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            using var story = Scenario.Of(new SimulationOptions { Seed = seed, Range = AddressRange.Around(0x0A42_0000, 26) }, nodes);
            int[] all = [.. Enumerable.Range(0, nodes)];
            story.World.Cut(all, all);
            story.PowerOn(over: TimeSpan.FromSeconds(1)).UntilRest("each leads itself", TimeSpan.FromSeconds(40))
                .Heal().UntilRest("one view", TimeSpan.FromSeconds(60)).Run(TimeSpan.FromSeconds(30));
            var before = story.World.Report.Sent;
            story.StaysAtRest(TimeSpan.FromSeconds(10));
            Assert.InRange((story.World.Report.Sent - before) / 10.0 / nodes, 2.5, BeatsPerNode);
            TestContext.Current.SendDiagnosticMessage(story.ToString());
        }
    }
}
