using Crux.Machines.Flock.Authority;
using Crux.Machines.Trust;

namespace Crux.Machines.Tests.Flock.Authority;

public sealed class OrderStories
{
    // One that no part of the machine serves by itself.
    private const OrderKind Ask = (OrderKind)251;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void An_order_is_done_once_on_every_member()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var flock = new TestFlock(seed) { Loss = 0.1 };
            var done = Serve(flock, flock.Start(Enumerable.Range(1, 24)));
            Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
            var order = flock.Order(flock.Nodes[3], Ask, [1, 2, 3]);
            Assert.Null(flock.Place(flock.Nodes[3], order));
            Assert.True(flock.RunUntil(() => done.Count == 24, TimeSpan.FromSeconds(5)), $"seed {seed}: {done.Count} of 24");
            // Given again, on the same node and on another: it is known, and nothing happens.
            Assert.Null(flock.Place(flock.Nodes[3], order));
            Assert.Null(flock.Place(flock.Nodes[20], order));
            flock.Run(TimeSpan.FromSeconds(60));
            Assert.All(done, it => Assert.Equal((1, order.Id), (it.Value.Count, it.Value[0].Id)));
        }
    }

    [Fact]
    public void Who_comes_later_learns_of_what_was_ordered_before()
    {
        var flock = new TestFlock(7) { Loss = 0.1 };
        var done = Serve(flock, flock.Start(Enumerable.Range(1, 12)));
        Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
        for (var i = 0; i < 5; i++)
            Assert.Null(flock.Place(flock.Nodes[i], flock.Order(flock.Nodes[i], Ask)));
        flock.Run(TimeSpan.FromSeconds(120));
        var late = flock.Start(40);
        Serve(done, late);
        Assert.True(flock.RunUntil(() => done.TryGetValue(late.Address, out var seen) && seen.Count == 5, TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public void An_order_of_another_key_of_another_flock_or_of_long_ago_is_refused_and_says_what_to_do()
    {
        var flock = new TestFlock(3);
        var node = flock.Start(1);
        var other = flock.Start(2, flock: "other");
        Serve(flock, [node, other]);
        Assert.Contains(".operator file", flock.Place(node, flock.Order(node, Ask, signer: flock.Signers.For(5))), StringComparison.Ordinal);
        Assert.Contains("another flock", flock.Place(other, flock.Order(node, Ask)), StringComparison.Ordinal);
        Assert.Contains("another version", flock.Place(node, flock.Order(node, (OrderKind)200)), StringComparison.Ordinal);
        var first = flock.Order(node, Ask);
        Assert.Null(flock.Place(node, first));
        for (var i = 0; i < OrderBook.MaxOrders; i++)
            Assert.Null(flock.Place(node, flock.Order(node, Ask)));
        Assert.Equal(OrderBook.MaxOrders, node.Machine.Orders.Orders.Count);
        Assert.Contains("older than what this node remembers", flock.Place(node, first), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_orders_about_rules_push_out_only_each_other()
    {
        var flock = new TestFlock(11) { Loss = 0.1 };
        flock.Start(Enumerable.Range(1, 6));
        Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
        Assert.Null(flock.Seal(flock.Nodes[0], 6));
        Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Machine.Sealing.Uuid != 0), Patience));
        Assert.Null(flock.Place(flock.Nodes[1], flock.Order(flock.Nodes[1], OrderKind.Approve, OrderNodes.Write([new NodeId(1, 2)]))));
        var payload = RuleOrder.Write(RuleSet.Empty, RuleSet.Empty, []);
        for (var i = 0; i < 3 * OrderBook.MaxOrders; i++)
        {
            var node = flock.Nodes[i % 6];
            Assert.Null(flock.Place(node, flock.Order(node, OrderKind.Rules, payload)));
            flock.Run(TimeSpan.FromMilliseconds(100));
        }
        Assert.True(flock.RunUntil(() => flock.Nodes.Select(node => node.Machine.Orders.Digest).Distinct().Count() == 1, TimeSpan.FromMinutes(3)));
        Assert.All(flock.Nodes, node =>
        {
            Assert.Equal(OrderBook.MaxRuleOrders, node.Machine.Orders.Orders.Count(order => order.Kind == OrderKind.Rules));
            Assert.NotNull(node.Machine.Orders.Latest(OrderKind.Approve));
            Assert.Equal(0UL, node.Machine.Orders.Floor);
        });
    }

    [Fact]
    public void What_its_kind_finds_wrong_is_said_and_nothing_is_done()
    {
        var flock = new TestFlock(3);
        var node = flock.Start(1);
        node.Machine.Orders.Serve((OrderKind)250, new OrderDuty(order => order.Payload.Length == 0 ? "Name a node." : null, _ => throw new InvalidOperationException("done")));
        Assert.Equal("Name a node.", flock.Place(node, flock.Order(node, (OrderKind)250)));
        Assert.Empty(node.Machine.Orders.Orders);
    }

    [Fact]
    public void Every_byte_of_an_order_is_covered_by_its_signature()
    {
        var flock = new TestFlock(3) { Signers = new P256SignerSource() };
        var node = flock.Start(1);
        var order = flock.Order(node, Ask, [1, 2, 3, 4]);
        Assert.True(order.IsSignedBy(flock.Operator.PublicKey.Span, flock.Operator));
        for (var i = 0; i < order.Raw.Length; i++)
        {
            var raw = order.Raw.ToArray();
            raw[i] ^= 0x20;
            Assert.False(OperatorOrder.TryRead(raw, out var read) && read.IsSignedBy(flock.Operator.PublicKey.Span, flock.Operator), $"byte {i}");
            Assert.False(OperatorOrder.TryRead(raw.AsSpan(0, i), out _));
        }
    }

    private static SortedDictionary<NetAddress, List<OperatorOrder>> Serve(TestFlock flock, IEnumerable<TestNode> nodes)
    {
        var done = new SortedDictionary<NetAddress, List<OperatorOrder>>();
        foreach (var node in nodes)
            Serve(done, node);
        Assert.NotEmpty(flock.Nodes);
        return done;
    }

    private static void Serve(SortedDictionary<NetAddress, List<OperatorOrder>> done, TestNode node) =>
        node.Machine.Orders.Serve(Ask, new OrderDuty(_ => null, order =>
        {
            if (!done.TryGetValue(node.Address, out var list))
                done[node.Address] = list = [];
            list.Add(order);
        }));
}
