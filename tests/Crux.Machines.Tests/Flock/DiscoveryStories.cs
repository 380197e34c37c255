using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock;

public sealed class DiscoveryStories
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(50)]
    public void Nodes_started_together_find_each_other_within_half_a_second_and_agree_on_a_leader(int count)
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var flock = new TestFlock(seed);
            flock.Start(Enumerable.Range(1, count));
            var began = flock.Now;
            Assert.True(flock.RunUntil(() => flock.Nodes.All(node => node.Alive == count), TimeSpan.FromSeconds(3)), $"seed {seed}: {Describe(flock)}");
            var found = flock.Now - began;
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(5)), $"seed {seed}: {Describe(flock)}");
            TestContext.Current.TestOutputHelper?.WriteLine($"n={count} seed={seed} found={found.TotalSeconds:F3} one={(flock.Now - began).TotalSeconds:F3} delivered={flock.Delivered}");
            Assert.True(found < TimeSpan.FromSeconds(count < 5 ? 1.5 : 0.5), $"seed {seed}: found after {found}");
        }
    }

    [Fact]
    public void A_node_alone_sweeps_a_24_within_three_seconds_settles_and_leads()
    {
        var flock = new TestFlock(1);
        var node = flock.Start(7);
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(3)));
        Assert.Equal(node.Id, node.View.Leader);
        Assert.Contains(node.Events, entry => entry.News is ViewSettled);
    }

    /// <summary>Once, part of every handshake was lost until both had backed off (simulator, seed 17), and a leader's blob came too late (seed 3).</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    public void A_fifth_of_all_datagrams_lost_delays_discovery_by_seconds_only(int count)
    {
        for (var seed = 1UL; seed <= (count == 2 ? 40UL : 3UL); seed++)
        {
            var flock = new TestFlock(seed) { Loss = 0.2 };
            flock.Start(Enumerable.Range(1, count));
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(15)), $"seed {seed}: {Describe(flock)}");
        }
    }

    internal static string Describe(TestFlock flock) => string.Join('\n', flock.Nodes.Select(node =>
        $"{node.Self.Name} {(node.IsDead ? "dead" : "")} members {node.Alive}/{node.View.Members.Length} settled {node.View.IsSettled} leader {node.View.Leader?.Brief} term {node.View.Token.Term} syncs {node.Machine.Counters.Syncs} doubts {node.Machine.Counters.Doubts} rejected {Rejections(node)}"));

    private static string Rejections(TestNode node) => string.Join(' ', Enum.GetValues<RejectReason>()
        .Where(reason => node.Machine.Counters.Rejected(reason) > 0).Select(reason => $"{reason}:{node.Machine.Counters.Rejected(reason)}"));

    [Fact]
    public void A_daemon_that_takes_long_between_making_its_machine_and_starting_it_was_not_stalled()
    {
        var flock = new TestFlock(1);
        var node = flock.Start(1);
        flock.Now += TimeSpan.FromSeconds(5);
        flock.Run(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(node.Events, entry => entry.News is SelfStalled);
    }
}
