namespace Crux.Simulator.Tests.Flock;

public sealed class CrashTests
{
    /// <summary>Silence window, probes, alarms and the spreading of the cut, with room for loss.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_crashed_node_is_gone_from_every_view_in_bound()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 16, 0.01);
            var victim = (story.Leader + 5) % 16;
            var leader = story.Leader;
            story.Crash(victim).UntilRest("a crash removed", Bound).StaysAtRest(TimeSpan.FromSeconds(5));
            Assert.Equal(leader, story.Leader);
        }
    }

    [Fact]
    public void A_crashed_leader_is_followed_by_one_successor()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 5, 0.01);
            var leader = story.Leader;
            story.Crash(leader).UntilRest("a leader replaced", Bound).StaysAtRest(TimeSpan.FromSeconds(5));
            Assert.NotEqual(leader, story.Leader);
        }
    }

    [Theory]
    [InlineData(1, 0.01)]
    [InlineData(2, 0.20)]
    public void Five_of_a_hundred_at_once_the_leader_among_them_are_gone_in_bound(ulong seed, double loss)
    {
        using var story = Started(seed, 100, loss);
        var leader = story.Leader;
        int[] victims = [leader, (leader + 1) % 100, (leader + 20) % 100, (leader + 40) % 100, (leader + 60) % 100];
        story.Crash(victims).UntilRest("five crashes removed", loss > 0.1 ? 2 * Bound : Bound).StaysAtRest(TimeSpan.FromSeconds(10));
        TestContext.Current.SendDiagnosticMessage(story.ToString());
    }

    [Fact]
    public void Two_left_of_three_agree()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 3, 0);
            story.Crash(story.Leader).UntilRest("a leader replaced", Bound).Crash(story.Leader).UntilRest("the last one leads itself", Bound);
        }
    }

    [Fact]
    public void A_node_that_leaves_in_order_is_gone_at_once()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 16, 0.01);
            story.Leave(story.Leader).Until("its goodbye heard", () => Enumerable.Range(0, 16).Select(story.World.ViewOf).FirstOrDefault(view => view?.Members.Length == 16) is null ? null : "somebody still lists it", TimeSpan.FromSeconds(1))
                .UntilRest("one view", Bound);
        }
    }

    [Fact]
    public void A_node_that_comes_back_at_once_is_taken_in_again_in_a_new_life()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 16, 0.01);
            var victim = (int)(seed % 16);
            var before = story.World.ViewOf((victim + 1) % 16)!.Find(story.World.IdOf(victim))!.Incarnation;
            story.Crash(victim).Run(TimeSpan.FromMilliseconds(200)).PowerOn(TimeSpan.FromMilliseconds(1), victim).UntilRest("a restart seen", Patience).StaysAtRest(TimeSpan.FromSeconds(20));
            Assert.True(story.World.ViewOf((victim + 1) % 16)!.Find(story.World.IdOf(victim))!.Incarnation > before);
        }
    }

    [Fact]
    public void A_node_that_comes_back_after_its_eviction_is_taken_in_again()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, 5, 0.01);
            var victim = (int)(seed % 5);
            story.Crash(victim).UntilRest("a crash removed", Bound).PowerOn(TimeSpan.FromMilliseconds(1), victim).UntilRest("a return", Patience).StaysAtRest(TimeSpan.FromSeconds(20));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    public void A_power_cycle_of_all_comes_back_by_itself(int nodes)
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var story = Started(seed, nodes, 0.01);
            story.CrashAll().Run(TimeSpan.FromSeconds(seed % 3)).PowerOn(over: TimeSpan.FromSeconds(1)).UntilRest("the flock again", Patience).StaysAtRest(TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public void A_hundred_nodes_survive_a_power_cycle()
    {
        using var story = Started(9, 100, 0.01);
        story.CrashAll().PowerOn(over: TimeSpan.FromSeconds(2)).UntilRest("the flock again", Patience).StaysAtRest(TimeSpan.FromSeconds(20));
        TestContext.Current.SendDiagnosticMessage(story.ToString());
    }

    private static Scenario Started(ulong seed, int nodes, double loss) =>
        Scenario.Of(seed, nodes, new() { Loss = loss }).PowerOn(over: TimeSpan.FromSeconds(0.5)).UntilRest("one view", Patience).Run(TimeSpan.FromSeconds(5));
}
