namespace Crux.Simulator.Tests.Flock;

/// <summary>A flock that is said to have grown long ago has to be like one that did.</summary>
public sealed class SettledStartTests
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(60)]
    public void A_settled_start_and_a_grown_flock_have_the_same_view_and_the_same_traffic(int nodes)
    {
        var options = new SimulationOptions { Seed = 1, Network = new() { Loss = 0.01 } };
        using var grown = Scenario.Of(options, nodes).PowerOn(over: TimeSpan.FromSeconds(2)).UntilRest("one view", TimeSpan.FromSeconds(60));
        using var settled = Scenario.Of(options, nodes);
        settled.World.StartSettled();
        settled.UntilRest("one view", TimeSpan.FromSeconds(5));
        grown.Run(TimeSpan.FromMinutes(1));
        settled.Run(TimeSpan.FromMinutes(1));

        for (var node = 0; node < nodes; node++)
        {
            Assert.Equal(grown.World.DigestOf(node)!.Value.View, settled.World.DigestOf(node)!.Value.View);
            Assert.Equal(grown.World.ViewOf(node)!.Members.Select(it => it.Id), settled.World.ViewOf(node)!.Members.Select(it => it.Id));
        }
        var (one, other) = (TrafficOf(grown), TrafficOf(settled));
        Assert.InRange(other.Datagrams, one.Datagrams * 0.95, one.Datagrams * 1.05);
        Assert.InRange(other.Bytes, one.Bytes * 0.95, one.Bytes * 1.05);
    }

    [Fact]
    public void Flocks_that_begin_settled_know_nobody_of_each_other()
    {
        using var story = Scenario.Of(new SimulationOptions { Seed = 1 }, 10).Add(10, Scenario.Credentials("beta", "lab", 2));
        story.World.StartSettled();
        story.UntilRest("two flocks", TimeSpan.FromSeconds(5));
        Assert.All(Enumerable.Range(0, 20), node => Assert.Equal(10, story.World.DigestOf(node)!.Value.Size));
    }

    [Fact]
    public void A_crash_is_found_in_a_flock_that_began_settled()
    {
        using var story = Scenario.Of(new SimulationOptions { Seed = 1, Network = new() { Loss = 0.01 } }, 60);
        story.World.StartSettled();
        story.UntilRest("one view", TimeSpan.FromSeconds(5)).Crash(7).UntilRest("known", TimeSpan.FromSeconds(8));
    }

    private static (double Datagrams, double Bytes) TrafficOf(Scenario story)
    {
        var before = story.World.Report;
        story.Run(Watched);
        var after = story.World.Report;
        return (after.Sent - before.Sent, after.SentBytes - before.SentBytes);
    }
}
