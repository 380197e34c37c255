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
}
