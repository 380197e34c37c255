using Crux.Node.Security;

namespace Crux.Node.Tests.Security;

public sealed class UserSharesTests
{
    private const int Most = 100;
    private const uint Stranger = 61_234;

    [Fact]
    public void A_user_whose_processes_go_wild_has_its_share_and_others_have_theirs()
    {
        var users = new UserShares(Most);
        for (var i = 0; i < Most; i++)
            Assert.True(users.TryAdd(Stranger));
        Assert.False(users.TryAdd(Stranger));
        Assert.True(users.TryAdd(Stranger + 1));

        users.Remove(Stranger);
        Assert.True(users.TryAdd(Stranger));
        Assert.False(users.TryAdd(Stranger));
    }

    [Fact]
    public void Root_and_the_daemons_own_user_are_not_counted()
    {
        var users = new UserShares(Most);
        for (var i = 0; i <= Most; i++)
            Assert.True(users.TryAdd(0) && users.TryAdd(Posix.EffectiveUser));
    }
}
