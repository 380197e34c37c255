using Crux.Machines;

namespace Crux.Simulator.Tests.Flock;

/// <summary>Nodes that get too little of a processor: each is late, none is dead.</summary>
public sealed class StarvationTests
{
    private const int Nodes = 50;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>Checks of signatures that a starving node may make, over all 30 s.</summary>
    private const long MaxVerifications = 200;

    [Theory]
    [InlineData(1, 1, 4, 0.05)]
    [InlineData(2, 1, 4, 0.05)]
    [InlineData(3, 0.3, 2.5, 0.3)]
    [InlineData(4, 0.3, 2.5, 0.3)]
    [InlineData(5, 0.1, 1.2, 0.9)]
    public void A_flock_that_stutters_for_half_a_minute_is_whole_soon_after(ulong seed, double shortest, double longest, double chance)
    {
        using var story = Scenario.Of(seed, Nodes, new() { Loss = 0.002 });
        story.PowerOn(over: TimeSpan.FromSeconds(1)).UntilRest("one view", TimeSpan.FromSeconds(20)).Run(TimeSpan.FromSeconds(5));
        var before = Enumerable.Range(0, Nodes).Select(node => story.World.CountersOf(node)!.Verifications).ToList();
        var sent = story.World.Report.Sent;

        var random = new SeededRandom(seed);
        for (var end = story.World.Now + TimeSpan.FromSeconds(30); story.World.Now < end; story.Run(Glance))
        {
            for (var node = 0; node < Nodes; node++)
            {
                if (story.World.IsRunning(node) && random.NextDouble() < chance)
                    story.Pause(node, TimeSpan.FromSeconds(shortest + (random.NextDouble() * (longest - shortest))));
            }
        }
        var most = Enumerable.Range(0, Nodes).Max(node => story.World.CountersOf(node)!.Verifications - before[node]);
        sent = story.World.Report.Sent - sent;
        story.Run(TimeSpan.FromSeconds(longest)).UntilRest("whole again", TimeSpan.FromSeconds(10)).StaysAtRest(TimeSpan.FromSeconds(20));

        TestContext.Current.TestOutputHelper?.WriteLine($"{story}; verifications of one node {most}; datagrams {sent}");
        Assert.InRange(most, 0, MaxVerifications);
    }
}
