using Crux.Machines.Flock.Events;
using Crux.Simulator.Network;

namespace Crux.Simulator.Tests.Flock;

/// <summary>Members that hear badly, and members in bad weather: the former go and stay out, the latter stay.</summary>
public sealed class SicknessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Broken once: whoever was evicted came back as soon as it heard of it, and was evicted again, ten times in 90 s. And observers that went
    /// deaf when the member heard again took its silence for death.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_member_that_loses_80_percent_goes_within_fifteen_seconds_and_comes_back_when_it_is_well(ulong seed)
    {
        using var story = Started(seed, 24);
        var tally = new Tally(story.World, sick: 7);
        story.World.SetLoss(7, 0.8, 0);
        story.Until("it is gone", () => tally.OutSince is null ? "it is still there" : null, TimeSpan.FromSeconds(15)).Run(TimeSpan.FromSeconds(40));
        Assert.Equal((0, 0), (tally.Returns, tally.OthersEvicted));
        story.World.SetLoss(7, 0, 0);
        story.UntilRest("it is back", TimeSpan.FromSeconds(60));
    }

    /// <summary>
    /// Broken once, by seeds 1 and 2 of sick-deaf with 1,000 nodes: gossip told five of ten sick nodes that they were evicted, they answered by a
    /// new life, and were back 2 s later, and 30 s later again. Meanwhile nobody sent them beats, so they no longer knew that they heard
    /// badly, took half of the flock for unreachable, and evicted it a minute later.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Ten_that_lose_80_percent_go_within_fifteen_seconds_stay_out_and_evict_nobody(ulong seed)
    {
        const int sick = 10;
        const int all = 200;
        using var story = Scenario.Of(new SimulationOptions { Seed = seed, Network = new() { Loss = 0.01 } }, all);
        story.World.StartSettled();
        story.UntilRest("one view", TimeSpan.FromSeconds(5)).Run(TimeSpan.FromSeconds(5));
        var ids = Enumerable.Range(0, sick).Select(story.World.IdOf).ToHashSet();
        var (returns, othersGone) = (0, 0);
        story.World.Witness = (_, node, news) =>
        {
            returns += node >= sick && news is MemberJoined joined && ids.Contains(joined.Member.Id) ? 1 : 0;
            othersGone += news is MemberLeft left && !ids.Contains(left.Member.Id) ? 1 : 0;
        };
        for (var node = 0; node < sick; node++)
            story.World.SetLoss(node, 0.8, 0);
        story.Until("they are gone", () => Enumerable.Range(sick, all - sick).All(node => story.World.DigestOf(node)!.Value.Size == all - sick) ? null : "some are still there", TimeSpan.FromSeconds(15));
        story.Run(TimeSpan.FromSeconds(60));
        Assert.Equal((0, 0), (returns, othersGone));
    }

    [Theory]
    [InlineData(1, 24)]
    [InlineData(2, 6)]
    public void A_member_that_goes_deaf_every_twenty_seconds_comes_back_once_and_then_stays_out(ulong seed, int nodes)
    {
        using var story = Started(seed, nodes);
        var tally = new Tally(story.World, sick: 3);
        for (var round = 0; round < 3; round++)
        {
            story.World.SetLoss(3, 1, 0);
            story.Run(TimeSpan.FromSeconds(15));
            Assert.NotNull(tally.OutSince);
            story.Run(TimeSpan.FromSeconds(5)).World.SetLoss(3, 0, 0);
            story.Run(TimeSpan.FromSeconds(20));
        }
        Assert.InRange(tally.Returns, 0, 1);
        Assert.Equal(0, tally.OthersEvicted);
        story.UntilRest("it is back", TimeSpan.FromSeconds(60));
    }

    /// <summary>Broken once: 78 evictions in six minutes of it, of 20 members that were well.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0.8)]
    public void Weather_in_which_nobody_loses_more_than_40_percent_of_four_seconds_evicts_nobody(ulong seed, double lossInBad)
    {
        using var story = Started(seed, 20);
        var tally = new Tally(story.World, sick: -1);
        var bad = TimeSpan.FromSeconds(1.6 / lossInBad);
        var pause = TimeSpan.FromSeconds(4) - bad;
        story.World.Network = new() { Burst = new BurstLoss(pause, bad) { LeastGood = pause, LongestBad = bad, LossInBad = lossInBad } };
        story.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(0, tally.OthersEvicted);
    }

    [Fact]
    public void Ten_of_a_hundred_that_die_at_once_go_in_one_change()
    {
        using var story = Started(3, 100);
        var views = Enumerable.Range(0, 100).Select(node => new HashSet<ulong> { story.World.DigestOf(node)!.Value.View }).ToList();
        story.Crash(Enumerable.Range(30, 10));
        story.Until("all know", () =>
        {
            var gone = true;
            for (var node = 0; node < 100; node++)
            {
                if (story.World.DigestOf(node) is not { } digest)
                    continue;
                views[node].Add(digest.View);
                gone &= digest.Size == 90;
            }
            return gone ? null : "some still list them";
        }, TimeSpan.FromSeconds(5));
        Assert.All(views, seen => Assert.InRange(seen.Count, 1, 2));
    }

    private static Scenario Started(ulong seed, int nodes) =>
        Scenario.Of(new SimulationOptions { Seed = seed, Network = new() { Loss = 0.01 }, KeepsGoing = true, Range = AddressRange.Around(0x0A42_0000, 25) }, nodes)
            .PowerOn(over: TimeSpan.FromSeconds(0.5)).UntilRest("one view", Patience).Run(TimeSpan.FromSeconds(8));

    /// <summary>What the members that are well see of the one that is not.</summary>
    private sealed class Tally
    {
        private readonly FlockSimulation _world;
        private readonly int _sick;
        private readonly HashSet<int> _holders;

        public Tally(FlockSimulation world, int sick)
        {
            (_world, _sick) = (world, sick);
            _holders = [.. Enumerable.Range(0, world.Count).Where(node => node != sick)];
            world.Witness = Take;
        }

        public TimeSpan? OutSince { get; private set; }

        public int Returns { get; private set; }

        public int OthersEvicted { get; private set; }

        private void Take(TimeSpan at, int node, FlockEvent news)
        {
            if (node == _sick)
                return;
            if (news is MemberLeft left)
            {
                if (_sick < 0 || left.Member.Id != _world.IdOf(_sick))
                    OthersEvicted += left.Why == Departure.Evicted ? 1 : 0;
                else if (_holders.Remove(node) && _holders.Count == 0)
                    OutSince = at;
            }
            else if (_sick >= 0 && news is MemberJoined joined && joined.Member.Id == _world.IdOf(_sick) && _holders.Add(node) && OutSince is not null)
            {
                OutSince = null;
                Returns++;
            }
        }
    }
}
