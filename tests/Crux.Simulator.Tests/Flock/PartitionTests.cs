namespace Crux.Simulator.Tests.Flock;

public sealed class PartitionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 2)]
    [InlineData(5, 1)]
    [InlineData(16, 8)]
    [InlineData(16, 3)]
    public void Small_flocks_split_and_heal_into_one(int nodes, int first)
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            using var story = Started(seed, nodes);
            story.Partition(first).UntilRest("two views", Patience).Run(TimeSpan.FromSeconds(10))
                .Heal().UntilRest("one view again", Patience).StaysAtRest(TimeSpan.FromSeconds(10));
        }
    }

    [Theory]
    [InlineData(1, 50, 20)]
    [InlineData(2, 20, 20)]
    [InlineData(3, 80, 90)]
    public void A_hundred_nodes_split_and_heal_into_one_view_with_one_leader(ulong seed, int first, double seconds)
    {
        using var story = Started(seed, 100);
        story.Partition(first).UntilRest("two views", Patience).Run(TimeSpan.FromSeconds(seconds))
            .Heal().UntilRest("one view again", Patience).StaysAtRest(TimeSpan.FromSeconds(10));
        TestContext.Current.SendDiagnosticMessage(story.ToString());
    }

    [Fact]
    public void A_short_cut_costs_nobody_its_place()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 16);
            var incarnations = Incarnations(story);
            story.Partition(4).Run(TimeSpan.FromSeconds(1)).Heal().UntilRest("one view again", Patience).StaysAtRest(TimeSpan.FromSeconds(10));
            Assert.Equal(incarnations, Incarnations(story));
        }
    }

    [Fact]
    public void One_direction_cut_between_two_nodes_evicts_neither()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 16);
            story.CutOneWay(0, 1).Run(TimeSpan.FromSeconds(30));
            for (var node = 2; node < 16; node++)
                Assert.Equal(16, story.World.ViewOf(node)!.Members.Length);
            story.Heal().UntilRest("one view again", Patience);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    public void A_leader_that_stood_still_for_twenty_seconds_comes_back_into_one_view(int nodes)
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, nodes);
            var leader = story.Leader;
            story.Pause(leader, TimeSpan.FromSeconds(20)).UntilRest("another leads", TimeSpan.FromSeconds(10));
            Assert.NotEqual(leader, story.Leader);
            story.Run(TimeSpan.FromSeconds(20)).UntilRest("it is back", Patience).StaysAtRest(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void A_pause_of_a_second_goes_unpunished()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 16);
            var incarnations = Incarnations(story);
            story.Pause((int)(seed % 16), TimeSpan.FromSeconds(1)).Run(TimeSpan.FromSeconds(10)).UntilRest("rest", Patience);
            Assert.Equal(incarnations, Incarnations(story));
        }
    }

    private static List<uint> Incarnations(Scenario story) => [.. story.World.ViewOf(0)!.Members.Select(member => member.Incarnation)];

    private static Scenario Started(ulong seed, int nodes) =>
        Scenario.Of(seed, nodes, new() { Loss = 0.005 }).PowerOn(over: TimeSpan.FromSeconds(0.5)).UntilRest("one view", Patience).Run(TimeSpan.FromSeconds(8));
}
