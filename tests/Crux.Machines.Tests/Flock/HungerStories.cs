using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Tests.Flock;

/// <summary>A newcomer to many asks many; who only says that there are many gets little out of it.</summary>
public sealed class HungerStories
{
    /// <summary>More than are told everything: a newcomer among up to 64 is shown all without asking.</summary>
    private const int Members = 90;

    [Fact]
    public void A_newcomer_pulls_the_view_in_parts_from_several_members_at_once()
    {
        var flock = DepartureStories.Settled(Members, 21);
        var newcomer = flock.Start(200);
        var asked = new HashSet<NetAddress>();
        flock.Sniffer = (from, to, _) =>
        {
            if (from == newcomer && newcomer.Machine.State.View.LiveCount > 1)
                asked.Add(to);
        };
        Assert.True(flock.RunUntil(() => newcomer.Machine.State.View.LiveCount == Members + 1, TimeSpan.FromSeconds(1.5)), DiscoveryStories.Describe(flock));
        Assert.True(asked.Count > 3, $"It asked {asked.Count} members.");
        Assert.InRange(newcomer.Machine.Counters.Syncs, 1, 80);
    }

    /// <summary>Those that welcome it, and each first observer, show it a view other than its own: asked for all, each would send all.</summary>
    [Fact]
    public void A_newcomer_that_asks_many_for_parts_asks_nobody_for_everything()
    {
        var flock = DepartureStories.Settled(4, 23);
        var newcomer = flock.Nodes[0];
        var (hashes, maps) = (newcomer.Machine.Counters.DatagramsOf((int)MessageKind.Sync), newcomer.Machine.Counters.DatagramsOf((int)MessageKind.Maps));
        foreach (var other in flock.Nodes.Skip(1))
            Tell(flock, other, newcomer, count: 10_000);
        flock.Run(TimeSpan.FromMilliseconds(100));
        Assert.Equal(hashes, newcomer.Machine.Counters.DatagramsOf((int)MessageKind.Sync));
        Assert.True(newcomer.Machine.Counters.DatagramsOf((int)MessageKind.Maps) > maps + 3, "It asked for no parts.");
    }

    /// <summary>A member that always claims to know ten thousand others, and never shows one.</summary>
    [Fact]
    public void Who_only_says_that_there_are_thousands_more_is_asked_in_turns_and_within_the_budget()
    {
        var flock = DepartureStories.Settled(4, 22);
        var (liar, victim) = (flock.Nodes[1], flock.Nodes[0]);
        var before = victim.Machine.Counters.Syncs;
        for (var round = 0; round < 100; round++)
        {
            Tell(flock, liar, victim, count: 10_000);
            flock.Run(TimeSpan.FromMilliseconds(50));
        }
        var requests = victim.Machine.Counters.Syncs - before;
        // Half of the five seconds it asks each 8 ms, as far as its bytes reach; never more than those.
        Assert.InRange(requests, 1, 5 / ExchangeClock.HungryPeriod.TotalSeconds * 0.7);
        Assert.Equal(4, victim.View.Members.Length);
        Assert.True(victim.View.IsSettled);
        flock.Run(TimeSpan.FromSeconds(3));
        before = victim.Machine.Counters.Syncs;
        flock.Run(TimeSpan.FromSeconds(3));
        Assert.InRange(victim.Machine.Counters.Syncs - before, 0, 1);
    }

    private static void Tell(TestFlock flock, TestNode from, TestNode to, uint count)
    {
        var state = from.Machine.State;
        var outbox = new Crux.Machines.Flock.FlockOutbox();
        state.Outbox = outbox;
        var mail = new Mail(state);
        var message = mail.Write(MessageKind.Agree);
        new ViewSummary(0x1234, 0, count, true).Write(ref message);
        mail.Send(to.Address, to.Machine.State.Gate.Salt, message);
        foreach (ref readonly var datagram in outbox.Datagrams)
            flock.Inject(datagram.To, state.Self.Address, outbox.BytesOf(datagram).ToArray());
    }
}
