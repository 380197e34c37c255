using Crux.Machines.Flock.Authority;

namespace Crux.Machines.Tests.Flock.Keys;

/// <summary>The flock's keys under leaders that the voters elect, and lose.</summary>
public sealed class ElectedKeyStories
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(300)]
    [InlineData(450)]
    [InlineData(600)]
    [InlineData(900)]
    [InlineData(1500)]
    public void A_rotation_goes_on_under_whoever_is_elected_next_in_whatever_phase_its_leader_dies(int afterMilliseconds)
    {
        var flock = Keyed(9, (ulong)afterMilliseconds + 1, 0.05);
        var leader = LeaderOf(flock)!;
        Rotate(flock, leader);
        flock.Run(TimeSpan.FromMilliseconds(afterMilliseconds));
        leader.IsDead = true;
        // Generation 3, where nobody but the dead leader had the second.
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.Machine.Keys is { Generation: > 1, Next: 0 }) && flock.IsAtOne(), Patience), Describe(flock));
        flock.Run(TimeSpan.FromSeconds(90));
        AssertWhole(flock);
    }

    [Fact]
    public void A_node_that_slept_through_rotations_and_elections_is_let_in_again_by_its_key()
    {
        var flock = Keyed(9, 21, 0.02);
        var sleeper = flock.Living.First(node => node != LeaderOf(flock));
        sleeper.IsFrozen = true;
        for (uint generation = 2; generation < 5; generation++)
        {
            var awake = flock.Living.Where(node => node != sleeper).ToList();
            Assert.True(flock.RunUntil(() => LeaderOf(flock) is not null && flock.IsAtOne(awake), Patience), Describe(flock));
            Rotate(flock, LeaderOf(flock)!);
            Assert.True(flock.RunUntil(() => awake.All(node => node.Machine.Keys.Generation == generation), Patience), Describe(flock));
            flock.Run(TimeSpan.FromSeconds(80));
            LeaderOf(flock)!.IsDead = true;
        }
        sleeper.IsFrozen = false;
        Assert.True(flock.RunUntil(() => flock.IsAtOne() && sleeper.Machine.Keys.Generation == 4, Patience), Describe(flock));
        AssertWhole(flock);
    }

    [Fact]
    public void A_minority_cut_off_during_a_rotation_keeps_its_keys_gets_no_leader_and_heals()
    {
        var flock = Keyed(10, 22, 0.02);
        var leader = LeaderOf(flock)!;
        var voters = leader.Machine.Election.Voters.Select(voter => voter.Id).ToList();
        var cut = flock.Living.Where(node => node != leader).OrderBy(node => voters.Contains(node.Id)).Take(4).ToList();
        cut.ForEach(node => node.Island = 1);
        Rotate(flock, leader);
        var others = flock.Living.Except(cut).ToList();
        Assert.True(flock.RunUntil(() => others.All(node => node.Machine.Keys.Generation == 2), Patience), Describe(flock));
        flock.Run(TimeSpan.FromSeconds(200));
        Assert.All(cut, node => Assert.Equal((1u, false), (node.Machine.Keys.Generation, node.Machine.Election.IsFenced(flock.Now))));
        cut.ForEach(node => node.Island = 0);
        Assert.True(flock.RunUntil(() => flock.IsAtOne() && flock.Living.All(node => node.Machine.Keys.Generation == 2), Patience), Describe(flock));
        AssertWhole(flock);
    }

    [Fact]
    public void After_the_power_went_for_all_the_voters_elect_and_the_keys_begin_anew()
    {
        var flock = Keyed(7, 23, 0);
        foreach (var node in flock.Living.ToList())
            node.IsDead = true;
        flock.Run(TimeSpan.FromSeconds(5));
        flock.Start(Enumerable.Range(1, 7));
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.Machine.Keys.Generation == 2) && flock.IsAtOne(), Patience), Describe(flock));
        AssertWhole(flock);
    }

    private static TestFlock Keyed(int count, ulong seed, double loss)
    {
        var flock = new TestFlock(seed) { Loss = loss };
        flock.Start(Enumerable.Range(1, count));
        Assert.True(flock.RunUntil(() => flock.Living.All(node => node.Machine.Keys.Generation == 1) && flock.IsAtOne(), Patience), Describe(flock));
        Assert.True(flock.RunUntil(() => LeaderOf(flock)?.Machine.Election.Voters.Length == 5, Patience), Describe(flock));
        return flock;
    }

    private static TestNode? LeaderOf(TestFlock flock) => flock.Living.FirstOrDefault(node => !node.IsFrozen && node.Machine.Election.IsFenced(flock.Now));

    private static void Rotate(TestFlock flock, TestNode at) => Assert.Null(flock.Place(at, flock.Order(at, OrderKind.RotateKeys)));

    private static void AssertWhole(TestFlock flock)
    {
        Assert.True(flock.RunUntil(() => flock.IsAtOne() && LeaderOf(flock) is not null, TimeSpan.FromSeconds(20)), Describe(flock));
        Assert.Single(flock.Living.Select(node => node.Machine.State.Gate.Ring.Active!.Id).Distinct());
    }

    private static string Describe(TestFlock flock) => string.Join('\n', flock.Living.Select(node =>
        $"{flock.Now} {node.Self.Name} {node.View.Grade} term {node.View.Token.Term} keys {node.Machine.Keys.Generation} next {node.Machine.Keys.Next} members {node.Alive} {node.Machine.Keys.Refused}"));
}
