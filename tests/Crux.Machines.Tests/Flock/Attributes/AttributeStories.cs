using Crux.Machines.Flock.Attributes;

namespace Crux.Machines.Tests.Flock.Attributes;

public sealed class AttributeStories
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Attributes_are_fetched_by_who_asks_and_a_change_reaches_who_asked()
    {
        var flock = new TestFlock(4) { Loss = 0.1 };
        flock.Start(Enumerable.Range(1, 12));
        Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
        var asker = flock.Nodes[0];
        var teller = flock.Nodes[7];
        Assert.Null(Set(flock, teller, "zone", "b"));
        flock.Run(TimeSpan.FromSeconds(5));
        Assert.Single(asker.Machine.Attributes);
        Assert.True(flock.RunUntil(() => asker.Machine.WantAttributes(flock.Now, asker.Outbox) == 0, Patience));
        Assert.Equal(12, asker.Machine.Attributes.Count);
        Assert.Equal("b", Of(asker, teller)!.Values["zone"]);

        flock.Loss = 0;
        Assert.Null(Set(flock, teller, "zone", "c"));
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("c", Of(asker, teller)!.Values["zone"]);
        Assert.Null(Set(flock, teller, "zone", null));
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(Of(asker, teller)!.Values);
    }

    /// <summary>More ask than are told of a change, and a tenth of what is told is lost.</summary>
    [Fact]
    public void A_change_is_seen_by_everybody_who_asks_half_a_minute_later()
    {
        var flock = new TestFlock(7) { Options = new() { Ranges = [TestFlock.Range], AcquaintedMembers = 16 } };
        flock.Start(Enumerable.Range(1, AttributeExchange.MaxInterested + 6));
        Assert.True(flock.RunUntil(flock.IsAtOneInNumber, Patience), DiscoveryStories.Describe(flock));
        flock.Loss = 0.1;
        var teller = flock.Nodes[7];
        Assert.Null(Set(flock, teller, "zone", "b"));
        Assert.True(flock.RunUntil(() => SeenByAll(flock, teller, "b"), Patience));
        Assert.Null(Set(flock, teller, "zone", "c"));
        flock.Run(AttributeExchange.Fresh);
        Assert.True(flock.RunUntil(() => SeenByAll(flock, teller, "c"), Patience));
    }

    [Fact]
    public void They_outlive_the_node()
    {
        var flock = new TestFlock(5);
        var first = flock.Start(1);
        Assert.Null(Set(flock, first, "zone", "b"));
        flock.Run(TimeSpan.FromSeconds(1));
        first.IsDead = true;
        Assert.Equal("b", flock.Start(1).Machine.Attributes[0].Values["zone"]);
    }

    [Fact]
    public void What_is_too_much_or_nothing_is_refused_and_changes_nothing()
    {
        var flock = new TestFlock(6);
        var node = flock.Start(1);
        Assert.Contains("needs", Set(flock, node, "no/key", "b"), StringComparison.Ordinal);
        Assert.Contains("control characters", Set(flock, node, "key", "a\u001b[2J"), StringComparison.Ordinal);
        Assert.Contains("too long", Set(flock, node, "key", new string('x', NodeAttributes.MaxValueBytes + 1)), StringComparison.Ordinal);
        Assert.Contains("no attribute", Set(flock, node, "key", null), StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
            Assert.Null(Set(flock, node, $"key{i}", new string('x', NodeAttributes.MaxValueBytes)));
        Assert.Contains("too much", Set(flock, node, "key5", new string('x', NodeAttributes.MaxValueBytes)), StringComparison.Ordinal);
        Assert.Equal(5, node.Machine.Attributes[0].Values.Count);
    }

    private static bool SeenByAll(TestFlock flock, TestNode teller, string zone)
    {
        foreach (var node in flock.Nodes)
            node.Machine.WantAttributes(flock.Now, node.Outbox);
        return flock.Nodes.All(node => Of(node, teller)?.Values.GetValueOrDefault("zone") == zone);
    }

    private static NodeAttributes? Of(TestNode asker, TestNode teller) => asker.Machine.Attributes.FirstOrDefault(it => it.Address == teller.Address);

    // What the machine puts into its outbox is carried out by the next step.
    private static string? Set(TestFlock flock, TestNode node, string key, string? value) => node.Machine.SetAttribute(flock.Now, key, value, node.Outbox);
}
