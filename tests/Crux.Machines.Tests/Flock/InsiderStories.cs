using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock;

/// <summary>What one hostile member can't do.</summary>
public sealed class InsiderStories
{
    [Theory]
    [InlineData(uint.MaxValue, 0)]
    [InlineData(uint.MaxValue - 1, 0)]
    [InlineData(int.MaxValue, 0)]
    [InlineData(uint.MaxValue, 1)]
    [InlineData(3_000_000_000u, 3)]
    public void No_incarnation_bans_a_member_for_good(uint incarnation, int steps)
    {
        var flock = DepartureStories.Settled(5, 1);
        var victim = flock.Nodes[1];
        using var insider = new Insider(flock, flock.Nodes[0]);
        for (var step = 0; step <= steps; step++)
        {
            var said = steps == 0 ? incarnation : (uint)((step + 1) * (long)incarnation / (steps + 1));
            foreach (var node in flock.Nodes.Skip(1))
                insider.Gossip(node, insider.RecordOf(victim, said, step % 2 == 0 ? RecordStatus.Left : RecordStatus.Evicted));
            flock.Run(TimeSpan.FromMilliseconds(50));
        }
        flock.Run(TimeSpan.FromSeconds(15));
        Assert.All(flock.Nodes.Skip(1), node => Assert.NotNull(node.View.Find(victim.Id)));

        // Nor does it keep the next start of that node out.
        victim.IsDead = true;
        var again = flock.Start(2);
        flock.Run(TimeSpan.FromSeconds(10));
        Assert.All(flock.Living.Where(node => !node.IsFrozen), node => Assert.Equal(again.View.Find(again.Id)?.Incarnation, node.View.Find(again.Id)?.Incarnation));
    }

    [Fact]
    public void Raised_in_steps_a_slot_still_takes_its_own_node_s_word()
    {
        var flock = DepartureStories.Settled(4, 1);
        var victim = flock.Nodes[1];
        using var insider = new Insider(flock, flock.Nodes[0]);
        for (var step = 1u; step <= 3; step++)
        {
            foreach (var node in flock.Nodes.Skip(1))
                insider.Gossip(node, insider.RecordOf(victim, step * (Census.MaxLeap / 2), RecordStatus.Evicted));
            flock.Run(TimeSpan.FromMilliseconds(20));
        }
        flock.Run(TimeSpan.FromSeconds(10));
        Assert.All(flock.Nodes.Skip(1), node => Assert.InRange(node.View.Find(victim.Id)!.Incarnation, 2u, 2 * Census.MaxLeap));
    }

    [Theory]
    [InlineData((byte)RecordStatus.Left)]
    [InlineData((byte)RecordStatus.Evicted)]
    [InlineData((byte)RecordStatus.Unreachable)]
    public void Bad_news_of_a_member_that_is_there_costs_it_nothing(byte status)
    {
        var flock = DepartureStories.Settled(5, 2);
        var victim = flock.Nodes[1];
        using var insider = new Insider(flock, flock.Nodes[0]);
        foreach (var node in flock.Nodes.Skip(2))
            insider.Gossip(node, insider.RecordOf(victim, 1, (RecordStatus)status));
        flock.Run(TimeSpan.FromSeconds(2));
        Assert.All(flock.Nodes.Skip(1), node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft));
        Assert.All(flock.Nodes.Skip(1), node => Assert.Equal(MemberStatus.Alive, node.View.Find(victim.Id)!.Status));
    }

    [Fact]
    public void Nobody_is_displaced_by_news_of_another_at_its_address()
    {
        var flock = DepartureStories.Settled(5, 2);
        var victim = flock.Nodes[1];
        using var insider = new Insider(flock, flock.Nodes[0]);
        foreach (var node in flock.Nodes.Skip(2))
            insider.Gossip(node, insider.RecordOf(victim, 1) with { Incarnation = 2, Salt = 99 });
        flock.Run(TimeSpan.FromSeconds(2));
        Assert.All(flock.Nodes.Skip(1), node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft));
        Assert.All(flock.Nodes.Skip(1), node => Assert.Equal(victim.Address, node.View.Find(victim.Id)!.Address));
    }

    [Fact]
    public void An_id_is_shown_where_its_key_was_proved_and_not_where_somebody_says()
    {
        var flock = DepartureStories.Settled(5, 2);
        var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
        using var insider = new Insider(flock, flock.Nodes.First(node => node != leader));
        var ghost = TestFlock.AddressOf(200);
        using var gate = insider.GateAt(ghost, 5);
        var others = flock.Nodes.Where(node => node != insider.Body).ToList();
        foreach (var node in others)
            insider.Gossip(node, new MemberRecord(ghost, 1, RecordStatus.Alive, gate.Salt));
        for (var beat = 0; beat < 24; beat++)
        {
            foreach (var node in others)
                insider.Beat(node, ghost, gate);
            flock.Run(TimeSpan.FromMilliseconds(500));
            Assert.All(others, node => Assert.Equal(leader.Address, node.View.Find(leader.Id)!.Address));
        }
    }

    [Fact]
    public void Two_made_up_members_don_t_silence_those_that_watch_a_third()
    {
        var flock = DepartureStories.Settled(24, 3);
        var (first, second) = (flock.Nodes[0], flock.Nodes[1]);
        using var one = new Insider(flock, first);
        using var two = new Insider(flock, second);
        var victim = flock.Nodes[2];
        var others = flock.Nodes.Skip(2).ToList();
        for (var round = 0; round < 3; round++)
        {
            foreach (var subject in others)
            {
                foreach (var (insider, body) in new[] { (one, first), (two, second) })
                {
                    var record = insider.RecordOf(subject, subject.View.Find(subject.Id)!.Incarnation);
                    var alarm = new Alarm(record.Address, record.Incarnation, record.Salt, body.Address).Signed(flock.Signers.For((ulong)flock.Nodes.IndexOf(body) + 1));
                    foreach (var node in others)
                        insider.Accuse(node, record, alarm);
                }
            }
            flock.Run(TimeSpan.FromMilliseconds(500));
        }
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.All(others, node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft left && left.Member.Id == victim.Id));
        Assert.All(others, node => Assert.DoesNotContain(node.Events, entry => entry.News is PartitionSeen));
        Assert.All(others, node => Assert.InRange(node.View.Members.Length, 22, 24));
    }

    [Fact]
    public void A_bad_signature_is_checked_once_and_forged_alarms_only_so_many_a_second()
    {
        var flock = DepartureStories.Settled(6, 2);
        using var insider = new Insider(flock, flock.Nodes[0]);
        var (target, subject, named) = (flock.Nodes[1], flock.Nodes[2], flock.Nodes[3]);
        var before = target.Machine.Counters.Verifications;
        var record = insider.RecordOf(subject, 1);
        var forged = new Alarm(record.Address, record.Incarnation, record.Salt, named.Address).Signed(HashSigner.For(666));
        for (var i = 0; i < 500; i++)
            insider.Accuse(target, record, forged);
        flock.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, target.Machine.Counters.Verifications - before);

        for (var i = 0u; i < 5_000; i++)
            insider.Accuse(target, record, new Alarm(record.Address, record.Incarnation, record.Salt, named.Address).Signed(HashSigner.For(1_000 + i)));
        flock.Run(TimeSpan.FromMilliseconds(50));
        Assert.InRange(target.Machine.Counters.Verifications - before, 1, SignatureChecks.StatementBurst + 100);
        Assert.Equal(6, target.View.Members.Length);
    }

    [Fact]
    public void A_verified_alarm_is_not_renewed_by_one_that_nobody_signed()
    {
        var flock = DepartureStories.Settled(6, 2);
        using var insider = new Insider(flock, flock.Nodes[0]);
        var (target, subject) = (flock.Nodes[1], flock.Nodes[2]);
        var record = insider.RecordOf(subject, 1);
        var good = new Alarm(record.Address, record.Incarnation, record.Salt, insider.Body.Address);
        insider.Accuse(target, record, good.Signed(flock.Signers.For(1)));
        flock.Run(TimeSpan.FromMilliseconds(20));
        var before = target.Machine.Counters.Verifications;
        insider.Accuse(target, record, good.Signed(HashSigner.For(666)));
        flock.Run(TimeSpan.FromMilliseconds(20));
        Assert.Equal(1, target.Machine.Counters.Verifications - before);
    }

    [Fact]
    public void A_term_out_of_all_proportion_is_no_term()
    {
        var flock = DepartureStories.Settled(4, 1);
        var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
        var body = flock.Nodes.First(node => node != leader);
        using var insider = new Insider(flock, body);
        var claim = new LeaderClaim(body.Id, body.Address, insider.RecordOf(body, 1).Salt, ulong.MaxValue, 1_000, 1)
            .Signed(flock.Signers.For((ulong)flock.Nodes.IndexOf(body) + 1));
        foreach (var node in flock.Nodes.Where(node => node != body))
            insider.Gossip(node, [claim]);
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.All(flock.Nodes.Where(node => node != body), node => Assert.Equal((leader.Id, 1ul), (node.View.Leader!.Value, node.View.Token.Term)));
    }

    [Fact]
    public void Members_whose_blobs_cannot_be_had_keep_nobody_else_nameless()
    {
        var flock = DepartureStories.Settled(3, 1);
        using var insider = new Insider(flock, flock.Nodes[0]);
        // Phantoms at lower addresses than everybody's, more than are asked for in a round; told once more before they are found silent.
        var phantoms = Enumerable.Range(0, 80).Select(i => new MemberRecord(NetAddress.V4(0x0A000000 + (uint)i, 23123), 1, RecordStatus.Alive, (ulong)i + 1)).ToArray();
        var target = flock.Nodes[1];
        foreach (var part in phantoms.Chunk(30))
            insider.Gossip(target, part);
        flock.Run(TimeSpan.FromMilliseconds(20));
        var late = flock.Start(40);
        late.IsFrozen = true;
        insider.Gossip(target, insider.RecordOf(late, 1));
        flock.Run(TimeSpan.FromMilliseconds(20));
        var asked = 0;
        flock.Sniffer = (from, to, _) => asked += from == target && to == late.Address ? 1 : 0;
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.True(asked > 0, "The last one was never asked for its blob.");
    }

    [Fact]
    public void Views_of_more_blocks_than_fit_a_datagram_are_compared_to_their_end()
    {
        var flock = DepartureStories.Settled(40, 1);
        using var insider = new Insider(flock, flock.Nodes[0]);
        var (here, there) = (flock.Nodes[1], flock.Nodes[2]);
        var phantoms = Enumerable.Range(0, 130).Select(i => new MemberRecord(NetAddress.V4(0x80000000 + ((uint)i << 8), 23123), 1, RecordStatus.Alive, (ulong)i + 1)).ToArray();
        foreach (var part in phantoms[..129].Chunk(30))
            insider.Gossip(here, part);
        flock.Run(TimeSpan.FromMilliseconds(400));
        there.IsDeaf = true;
        insider.Gossip(here, phantoms[129]);
        flock.Run(TimeSpan.FromMilliseconds(300));
        Assert.False(there.Machine.Holds(phantoms[129].Address));
        there.IsDeaf = false;
        Assert.True(flock.RunUntil(() => there.Machine.Holds(phantoms[129].Address), TimeSpan.FromSeconds(3)), DiscoveryStories.Describe(flock));
    }
}
