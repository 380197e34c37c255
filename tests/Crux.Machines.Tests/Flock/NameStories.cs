namespace Crux.Machines.Tests.Flock;

public sealed class NameStories
{
    /// <summary>A name that arrives after its record once stayed hidden until something else changed: the last one to come, for ever.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_name_that_arrives_after_its_record_is_shown_though_nothing_else_changes(ulong seed)
    {
        var flock = new TestFlock(seed) { Loss = 0.4 };
        flock.Start(Enumerable.Range(1, 8));
        flock.Run(TimeSpan.FromSeconds(3));

        flock.Loss = 0;
        flock.Run(TimeSpan.FromSeconds(20));

        Assert.All(flock.Nodes, node => Assert.Equal(
            Enumerable.Range(1, 8).Select(host => $"node{host}").Order(StringComparer.Ordinal),
            node.View.Members.Select(member => member.Name).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_name_that_comes_with_an_introduction_after_its_record_is_shown(ulong seed)
    {
        var flock = DepartureStories.Settled(4, seed);
        using var insider = new Insider(flock, flock.Nodes[0]);
        var others = flock.Nodes.Skip(1).ToList();
        var late = flock.Start(40);
        late.IsFrozen = true;
        foreach (var node in others)
            insider.Gossip(node, insider.RecordOf(late, 1));
        flock.Run(TimeSpan.FromMilliseconds(100));
        Assert.All(others, node => Assert.True(node.Machine.Holds(late.Address)));
        Assert.All(others, node => Assert.Null(node.View.Find(late.Id)));

        late.IsFrozen = false;
        Assert.True(flock.RunUntil(() => others.All(node => node.View.Find(late.Id)?.Name == "node40"), TimeSpan.FromSeconds(2)), DiscoveryStories.Describe(flock));
    }
}
