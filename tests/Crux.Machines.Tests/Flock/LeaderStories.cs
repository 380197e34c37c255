using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock;

public sealed class LeaderStories
{
    [Fact]
    public void A_newcomer_never_deposes_a_stable_leader()
    {
        var flock = DepartureStories.Settled(4, 1);
        var leader = flock.Nodes[0].View.Leader;
        for (var host = 10; host < 30; host++)
        {
            flock.Start(host);
            flock.Run(TimeSpan.FromSeconds(1));
        }
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
        Assert.Equal(leader, flock.Nodes[^1].View.Leader);
        Assert.Equal(1ul, flock.Nodes[0].View.Token.Term);
    }

    [Fact]
    public void When_the_leader_dies_another_leads_in_a_later_term_and_keeps_leading_when_it_returns()
    {
        var flock = DepartureStories.Settled(5, 1);
        var before = flock.Nodes[0].View;
        var leader = flock.Nodes.Single(node => node.Id == before.Leader);
        leader.IsDead = true;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(6)), DiscoveryStories.Describe(flock));
        var after = flock.Living.First().View;
        Assert.NotEqual(before.Leader, after.Leader);
        Assert.True(after.Token.Term > before.Token.Term);
        var host = flock.Nodes.IndexOf(leader) + 1;
        flock.Start(host);
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
        flock.Run(TimeSpan.FromSeconds(5));
        Assert.All(flock.Living, node => Assert.Equal(after.Leader, node.View.Leader));
    }

    [Fact]
    public void When_the_leader_says_goodbye_the_next_one_leads_within_half_a_second()
    {
        var flock = DepartureStories.Settled(5, 2);
        var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
        flock.Leave(leader);
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.View.Leader is { } id && id != leader.Id), TimeSpan.FromSeconds(0.5)), DiscoveryStories.Describe(flock));
        Assert.Single(flock.Living.Select(node => node.View.Leader).Distinct());
    }

    [Fact]
    public void A_leader_that_did_not_run_for_longer_than_the_window_resigns()
    {
        var flock = DepartureStories.Settled(5, 2);
        var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
        leader.IsFrozen = true;
        flock.Run(TimeSpan.FromSeconds(20));
        var heir = flock.Nodes.First(node => node != leader).View.Leader;
        Assert.NotEqual(leader.Id, heir);
        leader.IsFrozen = false;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(8)), DiscoveryStories.Describe(flock));
        Assert.Equal(heir, leader.View.Leader);
        // The one that was away may lead itself, provisionally, until it has heard of the other.
        Assert.All(flock.Nodes.Where(node => node != leader), node => Assert.Equal(2, node.Events.Select(entry => entry.News).OfType<LeaderChanged>().Count(change => change.Is is not null)));
    }

    [Fact]
    public void An_isolated_leader_does_not_win_back_the_flock_that_went_on_without_it()
    {
        var flock = DepartureStories.Settled(6, 2);
        var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
        leader.Island = 1;
        flock.Run(TimeSpan.FromSeconds(20));
        var heir = flock.Nodes.First(node => node != leader).View.Leader;
        leader.Island = 0;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
        Assert.Equal(heir, leader.View.Leader);
    }

    [Fact]
    public void Terms_never_go_back_in_any_view()
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var flock = DepartureStories.Settled(6, seed);
            var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
            leader.Island = 1;
            flock.Run(TimeSpan.FromSeconds(8));
            leader.Island = 0;
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
            foreach (var node in flock.Nodes)
            {
                var terms = node.Events.Select(entry => entry.News).OfType<LeaderChanged>().Where(change => change.Is is not null).Select(change => change.Term).ToList();
                Assert.Equal(terms.Order(), terms);
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    public void A_leader_whose_link_was_dead_for_a_moment_does_not_depose_its_successor(int count)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var flock = DepartureStories.Settled(count, seed);
            var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
            var others = flock.Nodes.Where(node => node != leader).ToList();
            leader.Island = 1;
            Assert.True(flock.RunUntil(() => others.All(node => node.View.Leader is { } id && id != leader.Id), TimeSpan.FromSeconds(6)), DiscoveryStories.Describe(flock));
            var heir = others[0].View.Leader;
            leader.Island = 0;
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), DiscoveryStories.Describe(flock));
            flock.Run(TimeSpan.FromSeconds(5));
            Assert.All(flock.Nodes, node => Assert.Equal(heir, node.View.Leader));
            Assert.All(others, node => Assert.Equal(2, node.Events.Select(entry => entry.News).OfType<LeaderChanged>().Count(change => change.Is is not null)));
        }
    }
}
