using Crux.Services.Reeve;

namespace Crux.Services.Tests.Reeve;

public sealed class SelectorSharesTests
{
    [Fact]
    public void A_user_who_asks_for_everything_has_a_share_and_others_have_theirs()
    {
        var followed = new HashSet<Selector>();
        var shares = new SelectorShares(followed.Contains);
        for (var i = 0; i < SelectorShares.MaxPerUser; i++)
            Assert.True(Take(shares, followed, 1, $"guess{i}"));
        Assert.False(Take(shares, followed, 1, "another"));
        Assert.True(Take(shares, followed, 2, "another"));

        // What somebody else has it may have too.
        Assert.True(Take(shares, followed, 1, "another"));
        followed.Remove(Selector.Parse("guess7"));
        Assert.True(Take(shares, followed, 1, "later"));
        Assert.False(Take(shares, followed, 1, "guess7"));
    }

    private static bool Take(SelectorShares shares, HashSet<Selector> followed, uint user, string name)
    {
        var selector = Selector.Parse(name);
        if (!shares.TryTake(user, selector))
            return false;
        followed.Add(selector);
        return true;
    }
}
