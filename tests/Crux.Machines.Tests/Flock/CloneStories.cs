using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock;

/// <summary>A disk was copied, and two machines have one key.</summary>
public sealed class CloneStories
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(1, 2, 0)]
    [InlineData(2, 3, 0)]
    [InlineData(3, 3, 0.2)]
    [InlineData(4, 12, 0)]
    [InlineData(5, 24, 0.1)]
    public void The_copy_is_put_aside_and_everybody_is_told_which_one_stays(int seed, int nodes, double loss)
    {
        var flock = DepartureStories.Settled(nodes, (ulong)seed);
        flock.Loss = loss;
        var first = flock.Nodes[1];
        var copy = flock.Start(77, identity: 2);
        Assert.True(flock.RunUntil(() => IsAside(copy), Enough), DiscoveryStories.Describe(flock));
        var others = flock.Nodes.Where(node => node != copy).ToList();
        Assert.True(flock.RunUntil(() => flock.IsAtOne(others), Enough), DiscoveryStories.Describe(flock));
        flock.Run(TimeSpan.FromSeconds(3));
        Assert.True(flock.IsAtOne(others));
        Assert.All(others, node =>
        {
            Assert.Equal(first.Address, node.View.Find(first.Id)!.Address);
            var seen = (CloneSeen)Assert.Single(node.Events, entry => entry.News is CloneSeen).News;
            Assert.Equal((first.Address, copy.Address), (seen.Kept, seen.Aside));
            Assert.DoesNotContain(node.Events, entry => entry.News is PutAside);
        });
        Assert.Equal(first.Address, ((PutAside)Assert.Single(copy.Events, entry => entry.News is PutAside).News).Kept);
        Assert.Equal(copy.Id, Assert.Single(copy.View.Members).Id);
        Assert.Null(copy.View.Leader);
        Assert.False(copy.View.IsSettled);
    }

    [Fact]
    public void A_copy_that_is_started_again_is_not_let_in_for_a_moment()
    {
        var flock = DepartureStories.Settled(5, 6);
        var first = flock.Nodes[1];
        var copy = flock.Start(77, identity: 2);
        Assert.True(flock.RunUntil(() => IsAside(copy), Enough));
        flock.Run(TimeSpan.FromSeconds(2));
        copy.IsDead = true;
        var told = flock.Nodes.ToDictionary(node => node, node => node.Events.Count);
        var again = flock.Start(77, identity: 2);
        Assert.True(flock.RunUntil(() => IsAside(again), Enough));
        flock.Run(TimeSpan.FromSeconds(2));
        foreach (var node in flock.Living.Where(node => node != again))
        {
            Assert.Equal(first.Address, node.View.Find(first.Id)!.Address);
            Assert.DoesNotContain(node.Events.Skip(told[node]), entry => entry.News is MemberChanged or MemberJoined or MemberLeft);
        }
    }

    [Fact]
    public void The_first_one_may_be_started_again_and_is_the_one_that_stays()
    {
        var flock = DepartureStories.Settled(5, 7);
        var first = flock.Nodes[1];
        var copy = flock.Start(77, identity: 2);
        Assert.True(flock.RunUntil(() => IsAside(copy), Enough));
        flock.Run(TimeSpan.FromSeconds(2));
        first.IsDead = true;
        flock.Run(TimeSpan.FromSeconds(6));
        var returned = flock.Start(2);
        var others = flock.Living.Where(node => node != copy).ToList();
        Assert.True(flock.RunUntil(() => flock.IsAtOne(others), Enough), DiscoveryStories.Describe(flock));
        Assert.All(others, node => Assert.Equal(returned.Address, node.View.Find(returned.Id)!.Address));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void Of_many_machines_from_one_image_that_was_made_too_late_exactly_one_stays(int seed)
    {
        var flock = new TestFlock((ulong)seed);
        flock.Start(1);
        flock.Start(3);
        var copies = new[] { flock.Start(10, identity: 2), flock.Start(11, identity: 2), flock.Start(12, identity: 2), flock.Start(13, identity: 2) };
        Assert.True(flock.RunUntil(() => copies.Count(IsAside) == 3, TimeSpan.FromSeconds(20)), DiscoveryStories.Describe(flock));
        Assert.True(flock.RunUntil(() => flock.IsAtOne([.. flock.Nodes.Where(node => !IsAside(node))]), Enough), DiscoveryStories.Describe(flock));
    }

    [Fact]
    public void A_copy_that_gets_an_identity_of_its_own_is_a_member()
    {
        var flock = DepartureStories.Settled(4, 10);
        var copy = flock.Start(77, identity: 2);
        Assert.True(flock.RunUntil(() => IsAside(copy), Enough));
        copy.IsDead = true;
        flock.Start(77, identity: 99);
        Assert.True(flock.RunUntil(flock.IsAtOne, Enough), DiscoveryStories.Describe(flock));
        Assert.Equal(5, flock.Nodes[0].View.Members.Length);
    }

    /// <summary>Somebody kept the blob of a node's former address, and shows it beside the present one.</summary>
    [Fact]
    public void A_node_that_moved_is_not_driven_out_by_the_proof_that_it_did()
    {
        var flock = DepartureStories.Settled(4, 11);
        var former = flock.Nodes[1];
        var old = former.Machine.State.Blob;
        former.IsDead = true;
        flock.Run(TimeSpan.FromSeconds(6));
        var moved = flock.Start(77, identity: 2);
        Assert.True(flock.RunUntil(flock.IsAtOne, Enough), DiscoveryStories.Describe(flock));
        var pair = new ClonePair(old, moved.Machine.State.Blob);
        Assert.Equal(old.Address, pair.Kept.Address);
        flock.Run(TimeSpan.FromSeconds(4));
        foreach (var node in flock.Living)
            InsiderTells(flock, node, pair);
        flock.Run(TimeSpan.FromSeconds(5));
        Assert.True(flock.IsAtOne(), DiscoveryStories.Describe(flock));
        Assert.All(flock.Living, node => Assert.DoesNotContain(node.Events, entry => entry.News is CloneSeen or PutAside));
    }

    [Fact]
    public void Starts_are_counted_on_disk()
    {
        var flock = new TestFlock(12);
        var node = flock.Start(1);
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(1u, node.Machine.State.Boot);
        node.IsDead = true;
        Assert.Equal(2u, flock.Start(1).Machine.State.Boot);
        flock.DiskOf(node.Id).With(DurableKind.Boots, new byte[3]);
        Assert.Equal(DurableKind.Boots, Assert.Throws<FlockMemoryException>(() => flock.Start(1)).Kind);
    }

    private static void InsiderTells(TestFlock flock, TestNode node, ClonePair pair)
    {
        var teller = flock.Living.First(other => other != node).Machine.State;
        var mail = new Crux.Machines.Flock.Gossip.Mail(teller);
        var message = mail.Write(Crux.Machines.Flock.Codec.MessageKind.Clone);
        foreach (var blob in (NodeBlob[])[pair.Kept, pair.Aside])
        {
            message.UInt16((ushort)blob.Raw.Length);
            message.Bytes(blob.Raw);
        }
        var outbox = new Crux.Machines.Flock.FlockOutbox();
        teller.Outbox = outbox;
        mail.Send(node.Address, node.Machine.State.Gate.Salt, message);
        foreach (ref readonly var datagram in outbox.Datagrams)
            flock.Inject(datagram.To, teller.Self.Address, outbox.BytesOf(datagram).ToArray());
    }

    private static bool IsAside(TestNode node) => node.Machine.State.AsideFor is not null;
}
