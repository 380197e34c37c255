namespace Crux.Simulator.Tests.Flock;

/// <summary>The world's own invariants fail a history in which a node takes in one of another flock; these stories give it the chance.</summary>
public sealed class SeparationTests
{
    [Theory]
    [InlineData("alpha", "lab", 2)]
    [InlineData("alpha", "factory", 1)]
    [InlineData("beta", "lab", 1)]
    public void Two_flocks_in_one_address_space_never_mix(string flock, string bloc, ulong secret)
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            using var story = Scenario.Of(seed, 8, new() { Loss = 0.02 });
            story.Add(8, Scenario.Credentials(flock, bloc, secret)).PowerOn(over: TimeSpan.FromSeconds(1))
                .UntilRest("two flocks", TimeSpan.FromSeconds(30)).StaysAtRest(TimeSpan.FromSeconds(20));
            Assert.Equal(8, story.World.ViewOf(0)!.Members.Length);
            Assert.Equal(8, story.World.ViewOf(15)!.Members.Length);
        }
    }
}
