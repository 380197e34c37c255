using System.Buffers.Binary;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock.Authority;

public sealed class SealStories
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_flock_is_sealed_once_on_every_member_and_the_leader_knows_who_has_it_on_disk()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var flock = Started(seed, 24);
            Assert.Null(flock.Seal(flock.Nodes[5], 24));
            Assert.True(flock.RunUntil(() => flock.Nodes.All(IsSealed), TimeSpan.FromSeconds(5)));
            Assert.Single(flock.Nodes.Select(Uuid).Distinct());
            Assert.True(flock.RunUntil(() => flock.Nodes.Single(node => node.View.Leader == node.Id).Machine.Sealing.Holders == 24, Patience));
            Assert.Contains("sealed already", flock.Seal(flock.Nodes[1], 1), StringComparison.Ordinal);
            Assert.All(flock.Nodes, node => Assert.Single(node.Events, it => it.News is FlockSealed));
            Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
        }
    }

    [Fact]
    public void It_is_not_sealed_before_so_many_are_there_as_were_expected()
    {
        var flock = Started(4, 5);
        Assert.Null(flock.Seal(flock.Nodes[0], 6));
        flock.Run(TimeSpan.FromSeconds(30));
        Assert.All(flock.Nodes, node => Assert.Equal((UInt128.Zero, "5 of 6 nodes are seen"), (Uuid(node), node.Machine.Sealing.WaitsFor)));
        flock.Start(30);
        Assert.True(flock.RunUntil(() => flock.Nodes.All(IsSealed), Patience));
    }

    [Fact]
    public void An_order_that_could_not_be_carried_out_lapses()
    {
        var flock = Started(4, 3);
        Assert.Null(flock.Seal(flock.Nodes[0], 4));
        flock.Run(Births.OrderLife + TimeSpan.FromSeconds(5));
        flock.Start(30);
        flock.Run(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(flock.Nodes, IsSealed);
    }

    [Fact]
    public void A_node_alone_is_sealed_where_the_operator_says_so_and_only_then()
    {
        var alone = Started(2, 1);
        Assert.Null(alone.Seal(alone.Nodes[0], 1, isSolo: true));
        Assert.True(alone.RunUntil(() => IsSealed(alone.Nodes[0]), Patience));
        var two = Started(2, 2);
        Assert.Null(two.Seal(two.Nodes[0], 1, isSolo: true));
        two.Run(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(two.Nodes, IsSealed);
    }

    [Fact]
    public void A_newcomer_takes_the_birth_record_first_and_then_joins()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var flock = Sealed(seed, 5, firstHost: 1);
            var late = flock.Start(Enumerable.Range(40, 4));
            Assert.True(flock.RunUntil(() => late.All(IsSealed) && flock.IsAtOne(), Patience));
            Assert.Single(flock.Nodes.Select(Uuid).Distinct());
        }
    }

    [Fact]
    public void Two_sealed_flocks_that_meet_name_each_other_and_take_nothing_over()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var flock = TwoSealed(seed, 8);
            var met = flock.Now;
            foreach (var node in flock.Nodes)
                node.Island = 0;
            Assert.True(flock.RunUntil(() => flock.Nodes.All(IsAlarmed), TimeSpan.FromSeconds(5)), $"seed {seed}: {flock.Nodes.Count(IsAlarmed)} alarmed after {(flock.Now - met).TotalSeconds} s");
            flock.Run(TimeSpan.FromSeconds(60));
            Assert.Equal(2, flock.Nodes.Select(Uuid).Distinct().Count());
            Assert.All(flock.Nodes, node => Assert.Equal(8, node.View.Members.Length));
            Assert.All(flock.Nodes, node => Assert.DoesNotContain(node.View.Members, member => flock.Nodes.Any(other => other.Id == member.Id && Uuid(other) != Uuid(node))));
            var alarm = flock.Nodes[0].Events.Select(it => it.News).OfType<ForeignFlock>().First();
            Assert.Contains(Uuid(flock.Nodes[8]).ToString("x32"), alarm.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Flocks_of_one_secret_and_two_names_name_each_other()
    {
        var flock = new TestFlock(8) { Loss = 0.01 };
        flock.Start(Enumerable.Range(1, 4));
        for (var host = 31; host < 35; host++)
            flock.Start(host, flock: "other");
        Assert.True(flock.RunUntil(() => flock.Nodes.All(IsAlarmed), Patience));
        flock.Run(TimeSpan.FromSeconds(10));
        var names = flock.Nodes[0].Events.Select(it => it.News).OfType<ForeignFlock>().Select(it => it.Stranger.Flock).Distinct();
        Assert.Equal(["other"], names);
        Assert.All(flock.Nodes, node => Assert.Equal(4, node.View.Members.Length));
    }

    [Fact]
    public void Flocks_of_two_secrets_name_nobody()
    {
        var flock = new TestFlock(8);
        flock.Start(Enumerable.Range(1, 4));
        for (var host = 31; host < 35; host++)
            flock.Start(host, secret: [.. Enumerable.Repeat((byte)9, 32)]);
        flock.Run(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(flock.Nodes, IsAlarmed);
        Assert.All(flock.Nodes, node => Assert.Equal(4, node.View.Members.Length));
    }

    [Fact]
    public void A_sealed_flock_that_is_ordered_so_goes_into_the_other_and_keeps_its_members()
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var flock = TwoSealed(seed, 6);
            foreach (var node in flock.Nodes)
                node.Island = 0;
            flock.Run(TimeSpan.FromSeconds(10));
            var survivor = Uuid(flock.Nodes[0]);
            var loser = flock.Nodes[7];
            Assert.Contains("into itself", Absorb(flock, flock.Nodes[0], survivor), StringComparison.Ordinal);
            Assert.Null(Absorb(flock, loser, survivor));
            Assert.True(flock.RunUntil(() => flock.Nodes.All(node => Uuid(node) == survivor) && flock.IsAtOne(), TimeSpan.FromSeconds(60)), $"seed {seed}");
        }
    }

    [Fact]
    public void Nobody_but_the_operator_makes_a_birth()
    {
        var flock = Started(3, 3);
        var thief = flock.Signers.For(77);
        var order = flock.Order(flock.Nodes[0], OrderKind.Seal, new SealTerms(1, false).ToPayload(), signer: thief);
        var record = BirthRecord.Sign(5, order, flock.Operator.PublicKey.Span, [], thief);
        Assert.False(record.IsOf("bloc", "test", flock.Operator.PublicKey.Span, thief));
        var right = BirthRecord.Sign(5, flock.Order(flock.Nodes[0], OrderKind.Seal, new SealTerms(1, false).ToPayload()), flock.Operator.PublicKey.Span, [flock.Nodes[0].Id], thief);
        Assert.True(right.IsOf("bloc", "test", flock.Operator.PublicKey.Span, thief));
        Assert.False(right.IsOf("bloc", "other", flock.Operator.PublicKey.Span, thief));
        Assert.False(right.IsOf("bloc", "test", thief.PublicKey.Span, thief));
        for (var i = 0; i < right.Raw.Length; i++)
        {
            var raw = right.Raw.ToArray();
            raw[i] ^= 0x04;
            Assert.False(BirthRecord.TryRead(raw, out var read) && read.IsOf("bloc", "test", flock.Operator.PublicKey.Span, thief), $"byte {i}");
            Assert.False(BirthRecord.TryRead(raw.AsSpan(0, i), out _));
        }
    }

    private static string? Absorb(TestFlock flock, TestNode node, UInt128 survivor)
    {
        var payload = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(payload, survivor);
        return flock.Place(node, flock.Order(node, OrderKind.Absorb, payload));
    }

    private static TestFlock TwoSealed(ulong seed, int each)
    {
        var flock = new TestFlock(seed) { Loss = 0.01 };
        flock.Start(Enumerable.Range(1, each));
        foreach (var node in flock.Start(Enumerable.Range(1 + each, each)))
            node.Island = 1;
        Assert.True(flock.RunUntil(() => flock.IsAtOne([.. flock.Nodes.Take(each)]) && flock.IsAtOne([.. flock.Nodes.Skip(each)]), Patience));
        Assert.Null(flock.Seal(flock.Nodes[0], (uint)each));
        Assert.Null(flock.Seal(flock.Nodes[each], (uint)each));
        Assert.True(flock.RunUntil(() => flock.Nodes.All(IsSealed), Patience));
        return flock;
    }

    private static TestFlock Sealed(ulong seed, int nodes, int firstHost)
    {
        var flock = new TestFlock(seed) { Loss = 0.05 };
        flock.Start(Enumerable.Range(firstHost, nodes));
        Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
        Assert.Null(flock.Seal(flock.Nodes[0], (uint)nodes));
        Assert.True(flock.RunUntil(() => flock.Nodes.All(IsSealed), Patience));
        return flock;
    }

    private static TestFlock Started(ulong seed, int nodes)
    {
        var flock = new TestFlock(seed) { Loss = 0.05 };
        flock.Start(Enumerable.Range(1, nodes));
        Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
        return flock;
    }

    private static UInt128 Uuid(TestNode node) => node.Machine.Sealing.Uuid;

    private static bool IsSealed(TestNode node) => Uuid(node) != 0;

    private static bool IsAlarmed(TestNode node) => node.Events.Exists(it => it.News is ForeignFlock);
}
