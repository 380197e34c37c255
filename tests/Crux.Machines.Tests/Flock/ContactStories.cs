using Crux.Machines.Flock;

namespace Crux.Machines.Tests.Flock;

/// <summary>Where addresses are sparse, an operator names some.</summary>
public sealed class ContactStories
{
    [Fact]
    public void Two_nodes_in_different_ranges_meet_by_one_contact()
    {
        var flock = new TestFlock(31) { Options = new FlockOptions { Ranges = [], Contacts = [TestFlock.AddressOf(200)] } };
        var (asker, asked) = (flock.Start(1), flock.Start(200));
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
        Assert.Equal(2, asker.View.Members.Length);
        Assert.Equal(2, asked.View.Members.Length);
    }

    [Fact]
    public void One_contact_that_answers_is_enough_to_meet_all()
    {
        var flock = new TestFlock(32) { Options = new FlockOptions { Ranges = [], Contacts = [TestFlock.AddressOf(250), TestFlock.AddressOf(251), TestFlock.AddressOf(9)] } };
        flock.Start([1, 60, 120, 180, 9]);
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(5)), DiscoveryStories.Describe(flock));
    }

    [Fact]
    public void A_contact_that_comes_up_late_is_found()
    {
        var flock = new TestFlock(33) { Options = new FlockOptions { Ranges = [], Contacts = [TestFlock.AddressOf(9)] } };
        flock.Start([1, 2]);
        flock.Run(TimeSpan.FromSeconds(30));
        Assert.All(flock.Nodes, node => Assert.Single(node.View.Members));
        flock.Start(9);
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(10)), DiscoveryStories.Describe(flock));
    }

    [Fact]
    public void A_contact_without_a_port_is_asked_at_the_flocks_own()
    {
        var flock = new TestFlock(34) { Options = new FlockOptions { Ranges = [], Contacts = [TestFlock.AddressOf(9).WithPort(0)] } };
        flock.Start([1, 9]);
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
    }
}
