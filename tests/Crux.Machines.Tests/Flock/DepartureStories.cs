using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock;

public sealed class DepartureStories
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(40)]
    public void A_crash_is_known_to_all_within_four_and_a_half_seconds(int count)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var flock = Settled(count, seed);
            var victim = flock.Nodes[(int)(seed % (ulong)count)];
            victim.IsDead = true;
            var crashed = flock.Now;
            Assert.True(flock.RunUntil(() => flock.Living.All(node => node.View.Find(victim.Id) is null), TimeSpan.FromSeconds(8)), DiscoveryStories.Describe(flock));
            var known = flock.Now - crashed;
            TestContext.Current.TestOutputHelper?.WriteLine($"n={count} seed={seed} known={known.TotalSeconds:F2}");
            Assert.True(known <= TimeSpan.FromSeconds(4.5), $"seed {seed}: known after {known}");
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(4)), DiscoveryStories.Describe(flock));
            Assert.All(flock.Living, node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft left && left.Member.Id != victim.Id));
        }
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    [InlineData(8, 5)]
    [InlineData(12, 6)]
    [InlineData(40, 8)]
    public void Several_that_crash_at_once_are_all_evicted(int count, int victims)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var flock = Settled(count, seed);
            foreach (var victim in flock.Nodes.Take(victims))
                victim.IsDead = true;
            var crashed = flock.Now;
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(10)), DiscoveryStories.Describe(flock));
            TestContext.Current.TestOutputHelper?.WriteLine($"n={count} victims={victims} seed={seed} at one={(flock.Now - crashed).TotalSeconds:F2}");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(30)]
    public void Who_says_goodbye_is_gone_at_once(int count)
    {
        var flock = Settled(count, 1);
        var leaver = flock.Nodes[1];
        flock.Leave(leaver);
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.View.Find(leaver.Id) is null), TimeSpan.FromMilliseconds(300)));
        Assert.All(flock.Living, node => Assert.Contains(node.Events, entry => entry.News is MemberLeft { Why: Departure.Left } left && left.Member.Id == leaver.Id));
    }

    [Fact]
    public void A_frozen_node_that_wakes_judges_nobody_and_comes_back()
    {
        var flock = Settled(5, 1);
        var sleeper = flock.Nodes[2];
        sleeper.IsFrozen = true;
        Assert.True(flock.RunUntil(() => flock.Nodes.Except([sleeper]).All(node => node.View.Find(sleeper.Id) is null), TimeSpan.FromSeconds(5)));
        flock.Run(TimeSpan.FromSeconds(10));
        sleeper.IsFrozen = false;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(6)), DiscoveryStories.Describe(flock));
        Assert.Contains(sleeper.Events, entry => entry.News is SelfStalled);
        Assert.DoesNotContain(sleeper.Events, entry => entry.News is MemberLeft);
        Assert.True(sleeper.View.Find(sleeper.Id)!.Incarnation > 1);
    }

    [Fact]
    public void A_deaf_node_gets_nobody_evicted_but_in_its_own_view()
    {
        var flock = Settled(6, 3);
        flock.Nodes[0].IsDeaf = true;
        flock.Run(TimeSpan.FromSeconds(15));
        foreach (var node in flock.Nodes.Skip(1))
            Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft left && left.Member.Id != flock.Nodes[0].Id);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    public void Loss_evicts_nobody(double loss)
    {
        for (var seed = 1UL; seed <= 4; seed++)
        {
            var flock = Settled(seed == 1 ? 2 : seed == 2 ? 3 : 20, seed);
            flock.Loss = loss;
            flock.Run(TimeSpan.FromSeconds(60));
            Assert.All(flock.Nodes, node => Assert.DoesNotContain(node.Events, entry => entry.News is MemberLeft));
            flock.Loss = 0;
            Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(5)), DiscoveryStories.Describe(flock));
        }
    }

    internal static TestFlock Settled(int count, ulong seed)
    {
        var flock = new TestFlock(seed);
        flock.Start(Enumerable.Range(1, count));
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(10)), DiscoveryStories.Describe(flock));
        // Until all have heard beats of all that they watch.
        flock.Run(TimeSpan.FromSeconds(2));
        return flock;
    }
}
