using Crux.Machines.Flock.Membership;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock;

public sealed class MergeStories
{
    [Theory]
    [InlineData(6, 2)]
    [InlineData(12, 5)]
    public void A_small_flock_cut_in_two_heals_by_itself(int count, int cut)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var flock = DepartureStories.Settled(count, seed);
            foreach (var node in flock.Nodes.Take(cut))
                node.Island = 1;
            var (island, rest) = (flock.Nodes.Take(cut).ToList(), flock.Nodes.Skip(cut).ToList());
            Assert.True(flock.RunUntil(() => flock.IsAtOne(island) && flock.IsAtOne(rest), TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
            foreach (var node in flock.Nodes)
                node.Island = 0;
            var healed = flock.Now;
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
            TestContext.Current.TestOutputHelper?.WriteLine($"n={count} seed={seed} healed={(flock.Now - healed).TotalSeconds:F2}");
        }
    }

    [Theory]
    [InlineData(20, 6)]
    [InlineData(40, 20)]
    [InlineData(30, 22)]
    public void In_a_large_flock_those_beyond_a_cut_become_unreachable_and_come_back(int count, int cut)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var flock = DepartureStories.Settled(count, seed);
            foreach (var node in flock.Nodes.Take(cut))
                node.Island = 1;
            Assert.True(
                flock.RunUntil(() => flock.Nodes.All(node => node.Alive == (node.Island == 1 ? cut : count - cut)), TimeSpan.FromSeconds(12)),
                DiscoveryStories.Describe(flock));
            flock.Run(TimeSpan.FromSeconds(5));
            Assert.All(flock.Nodes, node => Assert.Equal(count, node.View.Members.Length));
            foreach (var node in flock.Nodes)
                node.Island = 0;
            var healed = flock.Now;
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
            TestContext.Current.TestOutputHelper?.WriteLine($"n={count} seed={seed} healed={(flock.Now - healed).TotalSeconds:F2}");
            Assert.All(flock.Nodes, node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft));
        }
    }

    [Fact]
    public void A_node_cut_off_from_a_large_flock_keeps_the_others_and_comes_back_to_them()
    {
        var flock = DepartureStories.Settled(30, 3);
        var lone = flock.Nodes[4];
        lone.Island = 1;
        Assert.True(flock.RunUntil(() => lone.Alive == 1 && flock.Nodes.All(node => node == lone || node.View.Members.Length == 29), TimeSpan.FromSeconds(10)), DiscoveryStories.Describe(flock));
        Assert.Equal(30, lone.View.Members.Length);
        lone.Island = 0;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
        Assert.All(flock.Nodes, node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft left && left.Member.Id != lone.Id));
    }

    [Fact]
    public void Losses_are_accepted_on_the_side_that_says_so_and_nobody_is_kept_out_who_lives()
    {
        var flock = DepartureStories.Settled(20, 1);
        foreach (var node in flock.Nodes.Take(10))
            node.Island = 1;
        Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Alive == 10), TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
        var speaker = flock.Nodes[15];
        Assert.Equal(10, speaker.Machine.AcceptLoss(flock.Now, speaker.Outbox));
        Assert.True(flock.RunUntil(() => flock.Nodes.Skip(10).All(node => node.View.Members.Length == 10), TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
        Assert.All(flock.Nodes.Take(10), node => Assert.Equal(20, node.View.Members.Length));
        foreach (var node in flock.Nodes)
            node.Island = 0;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
    }

    [Fact]
    public void Those_unreachable_for_a_minute_are_evicted_where_a_majority_is_present_and_kept_elsewhere()
    {
        var flock = DepartureStories.Settled(20, 1);
        foreach (var node in flock.Nodes.Take(7))
            node.Island = 1;
        flock.Run(TimeSpan.FromSeconds(75));
        Assert.All(flock.Nodes.Skip(7), node => Assert.Equal(13, node.View.Members.Length));
        Assert.All(flock.Nodes.Take(7), node => Assert.Equal(20, node.View.Members.Length));
    }

    /// <summary>In two halves of 2,500 one member was evicted before the others were found unreachable: 2,500 of 4,999 evicted all of them.</summary>
    [Fact]
    public void Half_of_a_flock_is_no_majority_because_one_was_evicted_as_the_split_began()
    {
        var flock = DepartureStories.Settled(20, 1);
        flock.Nodes[0].IsDead = true;
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.View.Members.Length == 19), TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
        foreach (var node in flock.Nodes.Skip(11))
            node.Island = 1;
        flock.Run(TimeSpan.FromSeconds(75));
        Assert.All(flock.Living, node => Assert.Equal(19, node.View.Members.Length));
    }

    /// <summary>Whoever is told of a member's end asks it, and believes what it was told where no answer comes: also where the member has answered others long since.</summary>
    [Fact]
    public void Who_has_refuted_its_end_says_so_again_to_whom_it_is_news()
    {
        var flock = DepartureStories.Settled(40, 1);
        var (victim, late) = (flock.Nodes[1], flock.Nodes[30]);
        using var insider = new Insider(flock, flock.Nodes[0]);
        flock.Filter = (from, to, _) => to != late.Address || from == victim || from == insider.Body;
        insider.Gossip(victim, insider.RecordOf(victim, 1, RecordStatus.Evicted));
        flock.Run(TimeSpan.FromMilliseconds(400));
        Assert.Equal(2u, flock.Nodes[2].View.Find(victim.Id)!.Incarnation);
        Assert.Equal(1u, late.View.Find(victim.Id)!.Incarnation);
        insider.Gossip(late, insider.RecordOf(victim, 1, RecordStatus.Evicted));
        Assert.True(flock.RunUntil(() => late.View.Find(victim.Id)?.Incarnation == 2, TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public void Two_flocks_that_settled_apart_merge_into_one()
    {
        var flock = new TestFlock(4);
        var nodes = flock.Start(Enumerable.Range(1, 30));
        foreach (var node in nodes.Take(12))
            node.Island = 1;
        Assert.True(flock.RunUntil(() => flock.IsAtOne([.. nodes.Take(12)]) && flock.IsAtOne([.. nodes.Skip(12)]), TimeSpan.FromSeconds(5)));
        var heavier = nodes[20].View.Leader;
        foreach (var node in nodes)
            node.Island = 0;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(40)), DiscoveryStories.Describe(flock));
        Assert.Equal(heavier, nodes[0].View.Leader);
    }
}
