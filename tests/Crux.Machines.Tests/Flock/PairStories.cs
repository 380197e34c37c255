namespace Crux.Machines.Tests.Flock;

public sealed class PairStories
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_one_of_two_leaves_the_other_is_its_fenced_leader_within_a_second(bool leaderLeaves)
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var flock = DepartureStories.Settled(2, seed);
            flock.Run(TimeSpan.FromSeconds(0.5));
            var leader = flock.Nodes.Single(node => node.Id == node.View.Leader);
            var leaver = leaderLeaves ? leader : flock.Nodes.Single(node => node != leader);
            flock.Leave(leaver);
            var stayer = flock.Living.Single();
            Assert.True(flock.RunUntil(() => stayer.View is { IsSettled: true } && stayer.View.Leader == stayer.Id && stayer.View.Grade == LeaderGrade.Fenced, TimeSpan.FromSeconds(1)), $"{stayer.View.Leader?.Brief} {stayer.Machine.Election} {DiscoveryStories.Describe(flock)}");
            flock.Run(TimeSpan.FromSeconds(10));
            Assert.Equal((stayer.Id, LeaderGrade.Fenced), (stayer.View.Leader, stayer.View.Grade));
            Assert.Equal([stayer.Id], stayer.Machine.Election.Voters.Select(voter => voter.Id));
        }
    }
}
