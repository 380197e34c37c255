using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock;

public sealed class RestartStories
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    public void A_fast_restart_is_recognised_within_a_second_and_leaves_no_ghost(int count)
    {
        var flock = DepartureStories.Settled(count, 2);
        var old = flock.Nodes[1];
        old.IsDead = true;
        flock.Run(TimeSpan.FromMilliseconds(100));
        var again = flock.Start(2);
        Assert.True(
            flock.RunUntil(() => flock.Living.All(node => node.View.Find(again.Id) is { Incarnation: 2 } && node.Alive == count), TimeSpan.FromSeconds(1)),
            DiscoveryStories.Describe(flock));
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
        flock.Run(TimeSpan.FromSeconds(10));
        Assert.True(flock.IsAtOne(), DiscoveryStories.Describe(flock));
        Assert.All(flock.Living, node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft));
    }

    [Fact]
    public void Another_node_at_a_used_address_takes_the_next_incarnation()
    {
        var flock = DepartureStories.Settled(4, 2);
        flock.Nodes[1].IsDead = true;
        flock.Run(TimeSpan.FromSeconds(6));
        var other = flock.Start(2, identity: 99);
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
        Assert.Equal(2u, flock.Nodes[0].View.Find(other.Id)!.Incarnation);
    }

    [Fact]
    public void A_node_that_moves_is_found_at_its_new_address_while_the_old_one_is_still_believed_in()
    {
        var flock = DepartureStories.Settled(4, 2);
        flock.Nodes[1].IsDead = true;
        var moved = flock.Start(77, identity: 2);
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.View.Find(moved.Id)?.Address == moved.Address), TimeSpan.FromSeconds(2)), DiscoveryStories.Describe(flock));
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(6)), DiscoveryStories.Describe(flock));
        flock.Run(TimeSpan.FromSeconds(12));
        Assert.All(flock.Living, node => Assert.DoesNotContain(node.Events, entry => entry.News is CloneSeen));
    }

    [Fact]
    public void Of_two_nodes_of_one_name_the_greater_id_gets_a_suffix()
    {
        var flock = new TestFlock(1);
        var nodes = new[] { flock.Start(1, name: "twin"), flock.Start(2, name: "twin"), flock.Start(3) };
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(3)));
        flock.Run(TimeSpan.FromSeconds(1));
        var (lesser, greater) = nodes[0].Id.CompareTo(nodes[1].Id) < 0 ? (nodes[0], nodes[1]) : (nodes[1], nodes[0]);
        Assert.All(nodes, node =>
        {
            Assert.Equal("twin", node.View.Find(lesser.Id)!.Name);
            Assert.Equal($"twin-{greater.Id.Brief}", node.View.Find(greater.Id)!.Name);
            Assert.Single(node.Events, entry => entry.News is NameTaken);
        });
    }

    [Fact]
    public void A_flock_that_lost_power_comes_back_in_any_order()
    {
        var flock = DepartureStories.Settled(8, 5);
        foreach (var node in flock.Nodes)
            node.IsDead = true;
        for (var host = 8; host > 0; host--)
        {
            flock.Start(host);
            flock.Run(TimeSpan.FromMilliseconds(300));
        }
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(6)), DiscoveryStories.Describe(flock));
    }
}
