using Crux.Machines.Flock.Election;

namespace Crux.Machines.Tests.Flock.Election;

/// <summary>Who votes, as a flock grows and loses some: changed by the leader, by a majority, and by nobody's order.</summary>
public sealed class VoterStories
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Voters_grow_with_the_flock_from_one_to_seven()
    {
        var flock = new TestFlock(1);
        var sizes = new List<int>();
        foreach (var (hosts, voters) in ((int, int)[])[(1, 1), (3, 3), (5, 5), (32, 7)])
        {
            flock.Start(Enumerable.Range(flock.Nodes.Count + 1, hosts - flock.Nodes.Count));
            Assert.True(flock.RunUntil(() => VotersOf(flock) == voters && flock.Living.All(node => node.Machine.Election.Voters.Length == voters), Patience), Describe(flock));
            sizes.Add(VotersOf(flock));
        }
        Assert.Equal([1, 3, 5, 7], sizes);
        Assert.Single(flock.Living.Select(node => node.Machine.Election.Lineage).Distinct());
    }

    [Fact]
    public void Voters_that_die_one_by_one_are_replaced_until_none_of_the_first_is_left()
    {
        var flock = new TestFlock(2);
        flock.Start(Enumerable.Range(1, 12));
        Assert.True(flock.RunUntil(() => VotersOf(flock) == 5, Patience), Describe(flock));
        var lineage = LeaderOf(flock)!.Machine.Election.Lineage;
        for (var round = 0; round < 5; round++)
        {
            var victim = LeaderOf(flock)!.Machine.Election.Voters.Select(voter => voter.Id).First(id => flock.Living.Any(node => node.Id == id));
            flock.Living.Single(node => node.Id == victim).IsDead = true;
            Assert.True(flock.RunUntil(() => LeaderOf(flock)?.Machine.Election.Voters is { Length: 5 } voters && voters.All(voter => voter.Id != victim && voter.Presence == VoterPresence.Here), Patience), Describe(flock));
            Assert.True(flock.RunUntil(flock.IsAtOne, Patience), Describe(flock));
        }
        Assert.All(flock.Living, node => Assert.Equal(lineage, node.Machine.Election.Lineage));
    }

    [Fact]
    public void Everybody_knows_by_name_which_voters_are_missing_also_who_is_none()
    {
        var flock = new TestFlock(3);
        flock.Start(Enumerable.Range(1, 9));
        Assert.True(flock.RunUntil(() => VotersOf(flock) == 5 && flock.IsAtOne(), Patience), Describe(flock));
        var voters = LeaderOf(flock)!.Machine.Election.Voters.Select(voter => voter.Id).ToList();
        var lost = flock.Living.Where(node => voters.Contains(node.Id)).Take(3).ToList();
        lost.ForEach(node => node.IsDead = true);
        flock.Run(TimeSpan.FromSeconds(30));
        foreach (var node in flock.Living)
        {
            var report = node.Machine.Election;
            Assert.True(report.LacksMajority);
            Assert.NotNull(report.UnledSince);
            Assert.Equal(
                lost.Select(gone => gone.Self.Name).Order(StringComparer.Ordinal),
                report.Voters.Where(voter => voter.Presence == VoterPresence.Gone).Select(voter => voter.Name).Order(StringComparer.Ordinal));
        }
    }

    internal static TestNode? LeaderOf(TestFlock flock) => flock.Living.FirstOrDefault(node => !node.IsFrozen && node.Machine.Election.IsFenced(flock.Now));

    internal static string Describe(TestFlock flock) => string.Join('\n', flock.Living.Select(node =>
        $"{flock.Now} {node.Self.Name} term {node.View.Token.Term} {node.View.Grade} {node.View.Leader?.Brief} lineage {(ulong)(node.Machine.Election.Lineage >> 64):x} "
        + $"voters {node.Machine.Election.VotersHere}/{node.Machine.Election.Voters.Length} members {node.Alive}"));

    private static int VotersOf(TestFlock flock) => LeaderOf(flock)?.Machine.Election.Voters.Length ?? 0;
}
