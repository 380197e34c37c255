using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Trust;

namespace Crux.Machines.Tests.Flock.Authority;

public sealed class OperatorStories
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly NodeId Somebody = new(7, 7);
    private static readonly byte[] AnyRules = RuleOrder.Write(RuleSet.Empty, RuleSet.Empty, []);

    [Fact]
    public void A_further_operator_is_obeyed_within_its_role_on_every_node()
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var flock = Sealed(12, seed);
            var (alice, bob) = (flock.Signers.For(0xa11ce), flock.Signers.For(0xb0b));
            Employ(flock, ("alice", OperatorRole.Trust, alice), ("bob", OperatorRole.Operate, bob));

            Assert.Null(flock.Place(flock.Nodes[3], flock.Order(flock.Nodes[3], OrderKind.Revoke, OrderNodes.Write([Somebody]), signer: alice)));
            Assert.Null(flock.Place(flock.Nodes[4], flock.Order(flock.Nodes[4], OrderKind.Admission, [1], signer: bob)));
            Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Machine.State.Admission is { NeedsApproval: true } book && book.IsRevoked(Somebody)), Patience), $"seed {seed}");

            var trust = flock.Place(flock.Nodes[5], flock.Order(flock.Nodes[5], OrderKind.Rules, AnyRules, signer: bob));
            Assert.Contains("Operator 'bob' has the role 'operate', and this takes 'trust'", trust, StringComparison.Ordinal);
            foreach (var kind in new[] { OrderKind.Operators, OrderKind.Uphold, OrderKind.Seal, OrderKind.Absorb, (OrderKind)200 })
                Assert.Contains("the root key", flock.Place(flock.Nodes[5], flock.Order(flock.Nodes[5], kind, [1, 0], signer: alice)), StringComparison.Ordinal);
            Assert.Contains(".operator file", flock.Place(flock.Nodes[5], flock.Order(flock.Nodes[5], OrderKind.Admission, [0], signer: flock.Signers.For(0xe71))), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nobody_takes_from_another_member_what_its_signer_may_not_order()
    {
        var flock = Sealed(2, 3);
        var bob = flock.Signers.For(0xb0b);
        Employ(flock, ("bob", OperatorRole.View, bob));
        // A hostile member needs no desk to place it at: the others judge for themselves.
        Assert.False(flock.Nodes[0].Machine.Orders.Learn(flock.Order(flock.Nodes[0], OrderKind.Revoke, OrderNodes.Write([Somebody]), signer: bob)));
        Assert.False(flock.Nodes[0].Machine.Orders.Learn(flock.Order(flock.Nodes[0], OrderKind.Revoke, OrderNodes.Write([Somebody]), signer: flock.Signers.For(9))));
    }

    [Fact]
    public void Who_was_taken_back_is_refused_everywhere_and_after_restarts_whatever_it_signed_before()
    {
        var flock = Sealed(8, 4);
        var alice = flock.Signers.For(0xa11ce);
        Employ(flock, ("alice", OperatorRole.Trust, alice));
        var early = flock.Order(flock.Nodes[0], OrderKind.Revoke, OrderNodes.Write([Somebody]), signer: alice);
        Assert.Null(flock.Place(flock.Nodes[0], early));
        Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Machine.State.Admission.IsRevoked(Somebody)), Patience));
        var hoarded = flock.Order(flock.Nodes[0], OrderKind.Revoke, OrderNodes.Write([new NodeId(8, 8)]), signer: alice);

        // What the root key upholds stands; then alice is one no more.
        Assert.Null(flock.Place(flock.Nodes[1], flock.Order(flock.Nodes[1], OrderKind.Uphold, UpheldOrders.Write([early]))));
        var hired = flock.Nodes[1].Machine.Orders.Latest(OrderKind.Operators)!;
        Employ(flock);
        foreach (var node in flock.Nodes)
            Assert.Contains("nor by one that", flock.Place(node, hoarded), StringComparison.Ordinal);
        // The order that made it one, told again, makes it one nowhere.
        Assert.False(flock.Nodes[2].Machine.Orders.Learn(hired));

        foreach (var node in flock.Nodes.Take(3).ToList())
        {
            node.IsDead = true;
            var again = flock.Start((int)(node.Address.V4Bits - TestFlock.Range.First.V4Bits));
            Assert.False(again.Machine.Orders.Learn(hired));
            Assert.Contains("nor by one that", flock.Place(again, hoarded), StringComparison.Ordinal);
        }
        // A newcomer learns of the roster, and of what was upheld, however much was ordered in between.
        var root = flock.Nodes[5];
        for (var i = 0; i < 2 * OrderBook.MaxOrders; i++)
        {
            Assert.Null(flock.Place(root, flock.Order(root, OrderKind.Admission, [0])));
            flock.Run(TimeSpan.FromMilliseconds(200));
        }
        var late = flock.Start(50);
        Assert.True(flock.RunUntil(() => late.Machine.State.Admission.IsRevoked(Somebody) && late.Machine.Orders.Latest(OrderKind.Operators) is not null, Patience));
        Assert.Contains("nor by one that", flock.Place(late, hoarded), StringComparison.Ordinal);
    }

    [Fact]
    public void A_revocation_holds_against_whoever_may_not_say_whom_to_trust_and_against_a_change_of_admission()
    {
        foreach (var late in new[] { false, true })
        {
            var flock = Sealed(4, 5);
            var bob = flock.Signers.For(0xb0b);
            Employ(flock, ("bob", OperatorRole.Operate, bob));
            var (node, thief) = (flock.Nodes[0], flock.Nodes[3].Id);
            var revoke = flock.Order(node, OrderKind.Revoke, OrderNodes.Write([thief]));
            var admission = flock.Order(node, OrderKind.Admission, [1], revoke.Sequence + 1);
            var approve = flock.Order(node, OrderKind.Approve, OrderNodes.Write([thief]), revoke.Sequence + 2, bob);
            if (!late)
                Assert.True(node.Machine.Orders.Learn(revoke));
            // The thief still is in the view when members are written down as admitted.
            Assert.True(node.Machine.Orders.Learn(admission));
            Assert.True(node.Machine.Orders.Learn(approve));
            if (late)
                Assert.True(node.Machine.Orders.Learn(revoke));
            Assert.True(node.Machine.State.Admission.IsRevoked(thief), $"late {late}");
            Assert.Contains("takes the role 'trust' too", flock.Place(node, flock.Order(node, OrderKind.Approve, OrderNodes.Write([thief]), signer: bob)), StringComparison.Ordinal);
            Assert.Null(flock.Place(node, flock.Order(node, OrderKind.Approve, OrderNodes.Write([thief]))));
            Assert.False(node.Machine.State.Admission.IsRevoked(thief));
        }
    }

    [Fact]
    public void A_revoked_node_is_out_of_sight_before_its_keys_are()
    {
        var flock = Sealed(100, 6);
        flock.Run(TimeSpan.FromSeconds(20));
        var thief = flock.Nodes.First(node => node.View.Leader != node.Id);
        var others = flock.Nodes.Where(node => node != thief).ToList();
        var began = flock.Now;
        Assert.Null(flock.Place(others[0], flock.Order(others[0], OrderKind.Revoke, OrderNodes.Write([thief.Id]))));
        Assert.True(flock.RunUntil(() => others.TrueForAll(node => node.View.Find(thief.Id) is null), TimeSpan.FromSeconds(2)), "not gone from every view in 2 s");
        Assert.All(others, node => Assert.Equal((99, 99), (node.View.Members.Length, node.View.Size)));
        Assert.NotNull(thief.View.Find(thief.Id));
        TestContext.Current.TestOutputHelper?.WriteLine($"{(flock.Now - began).TotalMilliseconds} ms");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void A_leader_that_is_revoked_leads_no_more_and_the_next_makes_keys_without_it(ulong seed)
    {
        var flock = Sealed(7, seed);
        Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Machine.Keys.Generation == 1), Patience));
        var thief = flock.Nodes.Single(node => node.Id == flock.Nodes[0].View.Leader);
        var others = flock.Nodes.Where(node => node != thief).ToList();
        Assert.Null(flock.Place(others[0], flock.Order(others[0], OrderKind.Revoke, OrderNodes.Write([thief.Id]))));
        flock.Run(TimeSpan.FromMilliseconds(500));
        Assert.All(others, node => Assert.NotEqual(thief.Id, node.View.Leader));
        Assert.True(flock.RunUntil(() => others.TrueForAll(node => node.Machine.Keys.Generation == 2 && node.View.Leader == others[0].View.Leader && node.View.Leader is not null), TimeSpan.FromSeconds(30)), DiscoveryStories.Describe(flock));
        Assert.Equal(1u, thief.Machine.Keys.Generation);
        // Nor after everybody else was started anew, one after the other.
        foreach (var node in others)
        {
            node.IsDead = true;
            flock.Start((int)(node.Address.V4Bits - TestFlock.Range.First.V4Bits));
            flock.Run(TimeSpan.FromSeconds(5));
        }
        flock.Run(TimeSpan.FromSeconds(20));
        Assert.All(flock.Living.Where(node => node != thief), node => Assert.Null(node.View.Find(thief.Id)));
        Assert.True(thief.Machine.Keys.Generation == 1);
    }

    [Fact]
    public void An_operator_that_turned_can_t_use_up_the_numbers_of_orders()
    {
        var flock = Sealed(2, 7);
        var bob = flock.Signers.For(0xb0b);
        Employ(flock, ("bob", OperatorRole.Operate, bob));
        Assert.Contains("centuries ahead", flock.Place(flock.Nodes[0], flock.Order(flock.Nodes[0], OrderKind.Admission, [1], ulong.MaxValue, bob)), StringComparison.Ordinal);
        Assert.False(flock.Nodes[1].Machine.Orders.Learn(flock.Order(flock.Nodes[1], OrderKind.Admission, [1], ulong.MaxValue, bob)));
    }

    private static TestFlock Sealed(int nodes, ulong seed)
    {
        var flock = new TestFlock(seed) { Loss = 0.05 };
        flock.Start(Enumerable.Range(1, nodes));
        Assert.True(flock.RunUntil(() => flock.IsAtOneInNumber(), Patience));
        Assert.Null(flock.Seal(flock.Nodes[0], (uint)nodes));
        Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Machine.Sealing.Uuid != 0), Patience));
        return flock;
    }

    private static void Employ(TestFlock flock, params (string Name, OperatorRole Role, INodeSigner Signer)[] operators)
    {
        var roster = OperatorRoster.Empty;
        foreach (var (name, role, signer) in operators)
            roster = roster.With(new(name, OperatorRoster.KeyOf(signer.PublicKey.Span), role), out _)!;
        Assert.Null(flock.Place(flock.Nodes[0], flock.Order(flock.Nodes[0], OrderKind.Operators, roster.ToPayload())));
        Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Machine.Orders.Roster.Operators.SequenceEqual(roster.Operators)), Patience));
    }
}
