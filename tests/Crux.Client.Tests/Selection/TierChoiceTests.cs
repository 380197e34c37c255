using Crux.Client.Selection;

namespace Crux.Client.Tests.Selection;

public sealed class TierChoiceTests
{
    [Fact]
    public void The_best_tier_is_opened_and_no_other()
    {
        Assert.Equal("a b in -1", Choose(8, ("a", 0, null), ("b", 0, null), ("c", 1, null)));
    }

    [Fact]
    public void A_worse_tier_that_works_is_kept_until_the_better_one_does()
    {
        Assert.Equal("new old in 1", Choose(8, ("new", 0, EndpointState.Connecting), ("old", 1, EndpointState.Ready), ("unused", 1, null)));
        Assert.Equal("new in 0", Choose(8, ("new", 0, EndpointState.Ready), ("old", 1, EndpointState.Ready)));
    }

    [Fact]
    public void The_next_tier_is_opened_when_nothing_better_can_be_reached()
    {
        Assert.Equal("a b in -1", Choose(8, ("a", 0, EndpointState.Failed), ("b", 1, null), ("c", 2, null)));
        Assert.Equal("a b in 1", Choose(8, ("a", 0, EndpointState.Failed), ("b", 1, EndpointState.Ready), ("c", 2, null)));
    }

    [Fact]
    public void Connections_are_bounded_and_one_that_fails_is_stood_in_for()
    {
        var many = Enumerable.Range(0, 20).Select(i => ($"{i:00}", 0, (EndpointState?)null)).ToArray();
        Assert.Equal(3, Choose(3, many).Split(" in ")[0].Split(" ").Length);

        many[0].Item3 = EndpointState.Failed;
        Assert.Equal(4, Choose(3, many).Split(" in ")[0].Split(" ").Length);

        Assert.Equal(6, Choose(3, [.. many.Select(each => (each.Item1, each.Item2, (EndpointState?)EndpointState.Failed))]).Split(" in ")[0].Split(" ").Length);
    }

    private static string Choose(int max, params (string Key, int Tier, EndpointState? State)[] candidates)
    {
        var wanted = TierChoice.Choose([.. candidates.Select(each => new Candidate(each.Key, each.Tier, Score: 0, each.State))], max, out var active);
        return $"{string.Join(' ', wanted)} in {active}";
    }
}
