using Crux.Machines.Flock.Election;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Flock.Election;

/// <summary>Two racks were powered on, and the switch between them came up late: each has elected a leader, whose steward writes.</summary>
public sealed class IslandStories
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 6, 6, 0)]
    [InlineData(2, 3, 9, 0.05)]
    [InlineData(3, 9, 2, 0.05)]
    [InlineData(4, 1, 8, 0)]
    public void Of_two_racks_whose_switch_came_up_late_one_lineage_goes_on_and_the_lesser_leader_writes_no_more(ulong seed, int here, int there, double loss)
    {
        var flock = new TestFlock(seed) { Loss = loss };
        TestNode[][] racks = [flock.Start(Enumerable.Range(1, here)), flock.Start(Enumerable.Range(100, there))];
        Array.ForEach(racks[1], node => node.Island = 1);
        Assert.True(flock.RunUntil(() => racks.All(rack => flock.IsAtOne(rack) && rack.Count(IsFenced) == 1), Patience), VoterStories.Describe(flock));
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.Machine.Keys.Generation == 1), Patience));
        flock.Run(TimeSpan.FromSeconds(60));
        var leaders = racks.Select(rack => rack.Single(IsFenced)).OrderBy(node => node.Machine.Election.Lineage).ToList();
        var lesser = leaders[0].View.Token;
        // What each node's reeve would let through.
        var gates = flock.Living.ToDictionary(node => node, _ => new TokenGate());
        foreach (var (node, gate) in gates)
            gate.Follow(node.View.Token);

        Array.ForEach(racks[1], node => node.Island = 0);
        Assert.True(flock.RunUntil(
            () =>
            {
                foreach (var (node, gate) in gates)
                    gate.Follow(node.View.Token);
                // Whoever follows the greater one takes nothing more of the lesser, whatever that one believes of itself.
                foreach (var (node, gate) in gates.Where(it => it.Key.View.Token.Lineage == leaders[1].View.Token.Lineage))
                    Assert.False(gate.Admits(lesser), node.Self.Name);
                return flock.IsAtOne() && flock.Living.All(node => node.View.Grade == LeaderGrade.Fenced);
            },
            Patience), VoterStories.Describe(flock));

        Assert.Equal([leaders[1]], flock.Living.Where(IsFenced));
        Assert.All(flock.Living, node => Assert.Equal(leaders[1].Machine.Election.Lineage, node.Machine.Election.Lineage));
        var active = leaders[1].Machine.State.Gate.Ring.Active!.Id;
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.Machine.State.Gate.Ring.Active!.Id == active), Patience));
        // Over a restart too: who has left a lineage never votes there again.
        var again = flock.Living.First(node => node != leaders[1]);
        again.IsDead = true;
        again = flock.Start((int)(again.Address.V4Bits - TestFlock.Range.First.V4Bits));
        Assert.True(flock.RunUntil(flock.IsAtOne, Patience));
        Assert.Equal(leaders[1].Machine.Election.Lineage, again.Machine.Election.Lineage);

        bool IsFenced(TestNode node) => node.Machine.Election.IsFenced(flock.Now);
    }

    /// <summary>A claim bears no votes: in a flock that is not sealed a member prevails with a lineage of its own making. docs/protocols/flock.md says so.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_greater_lineage_of_a_members_own_making_prevails_in_an_unsealed_flock_and_in_a_sealed_one_nobody_looks_at_it(bool isSealed)
    {
        var flock = new TestFlock(5);
        flock.Start(Enumerable.Range(1, 7));
        Assert.True(flock.RunUntil(() => VoterStories.LeaderOf(flock) is not null && flock.IsAtOne(), Patience), VoterStories.Describe(flock));
        var leader = VoterStories.LeaderOf(flock)!;
        if (isSealed)
        {
            Assert.Null(flock.Seal(leader, 7));
            Assert.True(flock.RunUntil(() => flock.Living.All(node => node.Machine.Sealing.Uuid != 0), TimeSpan.FromSeconds(5)));
        }
        var body = flock.Living.First(node => node != leader);
        using var insider = new Insider(flock, body);
        var salt = insider.RecordOf(body, 1).Salt;
        var host = body.Address.V4Bits - TestFlock.Range.First.V4Bits;
        var claim = new LeaderClaim(body.Id, body.Address, salt, 3, 7, 1) { Lineage = UInt128.MaxValue - 1 }.Signed(flock.Signers.For(host));
        foreach (var node in flock.Living.Where(node => node != body))
            insider.Gossip(node, [claim]);
        flock.Run(TimeSpan.FromSeconds(1));

        var followed = flock.Living.Where(node => node != body).Select(node => node.View.Leader).Distinct();
        Assert.Equal([isSealed ? leader.Id : body.Id], followed);
        if (isSealed)
            Assert.Single(flock.Living, node => node.Machine.Election.IsFenced(flock.Now));
    }
}
