using Crux.Machines.Flock.Election.Fenced;

namespace Crux.Machines.Tests.Flock.Election;

public sealed class FencedElectionStories
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_founder_leads_as_soon_as_a_majority_has_it_on_disk(int count)
    {
        var net = Founded(1, count, out var took);
        Assert.Same(net.Nodes[0], net.Leader);
        Assert.True(took < TimeSpan.FromMilliseconds(30), $"{took}");
        net.Run(TimeSpan.FromSeconds(20));
        Assert.Same(net.Nodes[0], net.Leader);
        Assert.All(net.Nodes, node => Assert.Equal((1ul, true), (node.Machine!.Memory.Term, node.Machine.Memory.IsBorn)));
        Assert.Empty(net.Breaches);
    }

    [Theory]
    [InlineData(0.01, 6)]
    [InlineData(0.3, 8)]
    public void When_the_leader_dies_another_of_a_majority_leads(double loss, double seconds)
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var net = Founded(seed, 7, out _, loss);
            net.Run(TimeSpan.FromSeconds(3));
            net.Crash(net.Leader!);
            var died = net.Now;
            Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(15)), net.Describe());
            Assert.True(net.Now - died < TimeSpan.FromSeconds(seconds), $"seed {seed}: {net.Now - died}");
            Assert.Empty(net.Breaches);
        }
    }

    [Fact]
    public void A_leader_without_a_majority_acts_no_more_before_the_next_one_does()
    {
        var net = Founded(3, 5, out _);
        var leader = net.Leader!;
        leader.Island = 1;
        net.Nodes[1].Island = 1;
        Assert.True(net.RunUntil(() => net.Leader is { } other && other != leader, TimeSpan.FromSeconds(6)), net.Describe());
        Assert.False(leader.IsFenced(net.Now));
        leader.Island = net.Nodes[1].Island = 0;
        var heir = net.Leader;
        net.Run(TimeSpan.FromSeconds(10));
        Assert.Same(heir, net.Leader);
        Assert.Empty(net.Breaches);
    }

    [Fact]
    public void A_leader_that_was_paused_finds_itself_deposed()
    {
        var net = Founded(4, 3, out _);
        var leader = net.Leader!;
        leader.IsPaused = true;
        Assert.True(net.RunUntil(() => net.Leader is { } other && other != leader, TimeSpan.FromSeconds(6)), net.Describe());
        var heir = net.Leader;
        net.Run(TimeSpan.FromSeconds(20));
        net.Resume(leader);
        net.Run(TimeSpan.FromSeconds(5));
        Assert.Same(heir, net.Leader);
        Assert.Equal(ElectionRole.Follower, leader.Machine!.Role);
        Assert.Empty(net.Breaches);
    }

    [Fact]
    public void One_of_two_can_not_lead_alone()
    {
        var net = Founded(5, 2, out _);
        net.Crash(net.Leader!);
        Assert.False(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(60)));
        net.Boot(net.Nodes[0]);
        Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(6)), net.Describe());
    }

    [Fact]
    public void After_a_power_cut_the_voters_elect_by_what_is_on_their_disks()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var net = Founded(seed, 7, out _);
            net.Run(TimeSpan.FromSeconds(2));
            var lineage = net.Leader!.Machine!.Memory.Lineage;
            net.Nodes.ForEach(net.Crash);
            net.Nodes.ForEach(net.Boot);
            Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(6)), net.Describe());
            Assert.Equal(lineage, net.Leader!.Machine!.Memory.Lineage);
            Assert.True(net.Leader.Machine.Memory.Term >= 2);
            Assert.Empty(net.Breaches);
        }
    }

    [Fact]
    public void A_leader_that_leaves_hands_over_at_once()
    {
        var net = Founded(6, 5, out _);
        net.Run(TimeSpan.FromSeconds(1.5));
        var leader = net.Leader!;
        net.Do(leader, machine => machine.Leave(leader.ClockAt(net.Now), net.Nodes[3].Self.Id));
        Assert.False(leader.IsFenced(net.Now));
        net.Crash(leader);
        Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromMilliseconds(100)), net.Describe());
        Assert.Same(net.Nodes[3], net.Leader);
    }

    [Fact]
    public void The_voters_change_by_one_at_a_time_and_by_a_majority_of_the_old_ones()
    {
        var net = new ElectionNet(7, 5);
        net.Found(net.Nodes[0], net.Nodes[0]);
        Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(1)));
        net.Run(TimeSpan.FromMilliseconds(20));
        foreach (var node in net.Nodes.Skip(1))
            net.Do(node, machine => machine.Follow(node.ClockAt(net.Now), net.Leader!.Machine!.Memory.Lineage, 1));
        for (var count = 2; count <= 5; count++)
        {
            var voters = net.Nodes.Take(count).Select(node => node.Self).ToList();
            // The first try only asks the newcomer whether it is there.
            Assert.False(TryChange(net, voters));
            net.Run(TimeSpan.FromMilliseconds(20));
            Assert.True(TryChange(net, voters), net.Describe());
            Assert.True(net.RunUntil(() => net.Leader!.Machine!.Mandate!.Former is null, TimeSpan.FromSeconds(3)), net.Describe());
        }
        Assert.All(net.Nodes, node => Assert.Equal(5, node.Disk.Set.Voters.Length));
        Assert.False(TryChange(net, [.. net.Nodes.Take(2).Select(node => node.Self)]));
        Assert.False(TryChange(net, [.. net.Nodes.Skip(1).Select(node => node.Self)]));
        net.Crash(net.Nodes[0]);
        Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(5)), net.Describe());
        Assert.Empty(net.Breaches);
    }

    [Fact]
    public void A_newcomer_that_does_not_answer_is_no_voter_and_costs_nobody_the_lead()
    {
        var net = new ElectionNet(14, 2);
        net.Found(net.Nodes[0], net.Nodes[0]);
        Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(1)));
        for (var i = 0; i < 20; i++)
        {
            Assert.False(TryChange(net, [net.Nodes[0].Self, net.Nodes[1].Self]));
            net.Run(TimeSpan.FromSeconds(0.5));
        }
        Assert.Same(net.Nodes[0], net.Leader);
    }

    [Fact]
    public void The_last_but_one_voter_that_leaves_in_order_leaves_a_leader_behind()
    {
        var net = Founded(8, 2, out _);
        var (leader, other) = (net.Leader!, net.Nodes[1]);
        net.Run(TimeSpan.FromSeconds(2));
        net.Do(other, machine => machine.Leave(other.ClockAt(net.Now), default));
        net.Run(TimeSpan.FromMilliseconds(10));
        net.Crash(other);
        Assert.Contains(other.Self.Id, leader.Machine!.Leaving);
        Assert.True(TryChange(net, [leader.Self]));
        net.Run(TimeSpan.FromSeconds(20));
        Assert.Same(leader, net.Leader);
        Assert.Empty(net.Breaches);
    }

    [Fact]
    public void A_message_of_another_lineage_is_refused()
    {
        var net = new ElectionNet(9, 4);
        net.Found(net.Nodes[0], net.Nodes[0], net.Nodes[1]);
        net.Found(net.Nodes[2], net.Nodes[2], net.Nodes[3]);
        Assert.True(net.RunUntil(() => net.Fenced.Count() == 2, TimeSpan.FromSeconds(1)), net.Describe());
        var (one, other) = (net.Nodes[0], net.Nodes[2]);
        var before = (one.Machine!.Memory, other.Machine!.Memory);
        foreach (var kind in Enum.GetValues<ElectionMessageKind>())
        {
            var stranger = other.Machine.Compose(kind, ElectionFlags.None, 1, other.Self.Id, before.Item2.Set) with { Term = 99 };
            net.Do(one, machine => machine.Receive(one.ClockAt(net.Now), other.Self, stranger));
        }
        Assert.Equal(before.Item1, one.Machine.Memory);
        Assert.True(one.IsFenced(net.Now));
    }

    [Fact]
    public void A_voter_that_was_cut_off_does_not_depose_the_leader_when_it_returns()
    {
        var net = Founded(10, 5, out _);
        net.Run(TimeSpan.FromSeconds(2));
        net.Nodes[4].Island = 1;
        net.Run(TimeSpan.FromSeconds(30));
        net.Nodes[4].Island = 0;
        net.Run(TimeSpan.FromSeconds(10));
        Assert.Same(net.Nodes[0], net.Leader);
        Assert.Equal(1ul, net.Leader!.Machine!.Memory.Term);
    }

    [Fact]
    public void A_leader_whose_voter_has_voted_in_a_later_term_leads_on_in_a_term_above_it()
    {
        var net = Founded(11, 3, out _);
        net.Run(TimeSpan.FromSeconds(2));
        var voter = net.Nodes[2];
        net.Crash(voter);
        voter.Disk = voter.Disk with { Term = 5, VoteTerm = 5, VoteFor = voter.Self.Id };
        net.Boot(voter);
        net.Run(TimeSpan.FromSeconds(6));
        Assert.Same(net.Nodes[0], net.Leader);
        Assert.True(net.Leader!.Machine!.Memory.Term >= 6, net.Describe());
        Assert.Empty(net.Breaches);
    }

    [Fact]
    public void A_slow_disk_delays_votes_and_no_lease()
    {
        var net = Founded(12, 3, out _);
        net.Run(TimeSpan.FromSeconds(2));
        net.DiskDelay = TimeSpan.FromSeconds(30);
        Assert.True(TryChange(net, [net.Nodes[0].Self, net.Nodes[1].Self]), net.Describe());
        net.Run(TimeSpan.FromSeconds(20));
        Assert.Same(net.Nodes[0], net.Leader);
        Assert.NotNull(net.Leader!.Machine!.Mandate!.Former);
    }

    /// <summary>Seeds told on every run; CRUX_ELECTION_SEEDS asks for more.</summary>
    private const int Seeds = 60;

    /// <summary>Clocks differ by up to 500 ppm from the true time; or all of them do, one half fast and the other slow.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_that_happens_to_seven_voters_gives_two_leases(bool areClocksWorst)
    {
        var seeds = ulong.TryParse(Environment.GetEnvironmentVariable("CRUX_ELECTION_SEEDS"), out var asked) ? asked : Seeds;
        for (var seed = 1UL; seed <= seeds; seed++)
        {
            var net = Founded(seed, 3 + (int)(seed % 5), out _, areClocksWorst: areClocksWorst);
            var chance = new SeededRandom(seed + 1000);
            (net.Loss, net.Jitter) = (chance.NextDouble() * 0.4, chance.Next(TimeSpan.FromMilliseconds(300)));
            net.DiskDelay = chance.Next(TimeSpan.FromMilliseconds(200));
            for (var step = 0; step < 40; step++)
            {
                Disturb(net, chance);
                net.Run(chance.Next(TimeSpan.FromSeconds(3)));
                Assert.True(net.Breaches.Count == 0, $"seed {seed}: {net.Describe()}");
            }
            Recover(net);
            Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(15)), $"seed {seed}: {net.Describe()}");
        }
    }

    [Fact]
    public void The_check_for_two_leases_catches_a_clock_that_runs_at_half_speed()
    {
        var net = Founded(13, 3, out _);
        net.Nodes[0].SlowDown(net.Now);
        net.Run(TimeSpan.FromSeconds(2));
        net.Nodes[0].Island = 1;
        net.Run(TimeSpan.FromSeconds(6));
        Assert.NotEmpty(net.Breaches);
    }

    private static void Disturb(ElectionNet net, SeededRandom chance)
    {
        var node = net.Nodes[chance.Next(net.Nodes.Count)];
        switch (chance.Next(6))
        {
            case 0 when node.Machine is not null:
                net.Crash(node);
                break;
            case 1 when node.Machine is null:
                net.Boot(node);
                break;
            case 2 when node.Machine is not null:
                node.IsPaused = true;
                break;
            case 3 when node.IsPaused:
                net.Resume(node);
                break;
            case 4:
                node.Island ^= 1;
                break;
            case 5 when net.Fenced.FirstOrDefault() is { IsPaused: false } leader:
                // Who is in and who is out changes with every seed; that it may not be now is an answer too.
                var voters = leader.Machine!.Memory.Set.Voters;
                net.Do(leader, machine => machine.TryChange(leader.ClockAt(net.Now), voters.Contains(node.Self) ? voters.Remove(node.Self) : voters.Add(node.Self)));
                break;
        }
    }

    private static void Recover(ElectionNet net)
    {
        (net.Loss, net.Jitter) = (0.01, TimeSpan.FromMilliseconds(1));
        foreach (var node in net.Nodes)
        {
            node.Island = 0;
            if (node.Machine is null)
                net.Boot(node);
            else if (node.IsPaused)
                net.Resume(node);
        }
    }

    private static bool TryChange(ElectionNet net, IEnumerable<Voter> voters)
    {
        var (done, leader) = (false, net.Leader!);
        net.Do(leader, machine => done = machine.TryChange(leader.ClockAt(net.Now), [.. voters]));
        return done;
    }

    private static ElectionNet Founded(ulong seed, int count, out TimeSpan took, double loss = 0, bool areClocksWorst = false)
    {
        var net = new ElectionNet(seed, count, areClocksWorst) { Loss = loss };
        var start = net.Now;
        net.Found(net.Nodes[0], net.Nodes);
        Assert.True(net.RunUntil(() => net.Leader is not null, TimeSpan.FromSeconds(3)), net.Describe());
        took = net.Now - start;
        return net;
    }
}
