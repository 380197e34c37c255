using Crux.Machines.Flock;

namespace Crux.Simulator.Tests.Flock;

/// <summary>In a large flock few know each other's keys. Here it is large from 32 members on, so that the tests stay short.</summary>
public sealed class RollTests
{
    private const int Nodes = 200;

    /// <summary>A steward refuses whom its node can't name: at first that was everybody beyond the first thousand, for hours.</summary>
    [Fact]
    public void A_leader_and_those_next_in_line_soon_know_every_members_key_and_others_do_not()
    {
        using var story = LargeFlock(seed: 3);
        var known = Enumerable.Range(0, Nodes).Select(node => story.World.ViewOf(node)!).ToList();
        Assert.Equal(Nodes, Assert.Single(known, view => view.Self == view.Leader).Members.Length);
        Assert.InRange(known.Count(view => view.Members.Length == Nodes), 3, 4);
        Assert.InRange(known.Average(view => view.Members.Length), 15, Nodes / 2);
    }

    [Fact]
    public void A_key_is_fetched_within_a_round_trip_or_two_when_its_node_is_to_be_spoken_to()
    {
        using var story = LargeFlock(seed: 4);
        var asker = story.World.Nodes.First(node => node.Machine!.Snapshot.Members.Length < Nodes);
        var strangers = story.World.Nodes.Where(node => asker.Machine!.Snapshot.Find(node.Id) is null).Take(5).ToList();
        foreach (var stranger in strangers)
            Assert.Equal(1, asker.Machine!.WantHost(asker.ClockAt(story.World.Now.Ticks), stranger.Address.WithPort(0), new FlockOutbox()));
        story.Run(TimeSpan.FromSeconds(1));
        foreach (var stranger in strangers)
            Assert.NotNull(asker.Machine!.Snapshot.Find(stranger.Id));
        Assert.Equal(0, asker.Machine!.WantHost(asker.ClockAt(story.World.Now.Ticks), NetAddress.V4(0x0A42_FFFF, 0), new FlockOutbox()));
    }

    private static Scenario LargeFlock(ulong seed)
    {
        var options = new SimulationOptions
        {
            Seed = seed, Range = AddressRange.Around(0x0A42_0000, 23), WatchesViews = false, Flock = new FlockOptions { AcquaintedMembers = 32 },
        };
        return Scenario.Of(options, Nodes).PowerOn(over: TimeSpan.FromSeconds(2)).UntilRest("one view", TimeSpan.FromSeconds(30)).Run(TimeSpan.FromSeconds(5));
    }
}
