using Crux.Client.Selection;

namespace Crux.Client.Tests.Selection;

public sealed class VigilsTests
{
    private static readonly TimeSpan Then = TimeSpan.FromHours(3);

    [Fact]
    public void A_silent_instance_is_tried_for_the_limit_and_anew_once_it_has_answered_in_between()
    {
        var vigils = new Vigils<string>(max: 2);

        Assert.True(vigils.Keeps("a", Then));
        Assert.True(vigils.Keeps("a", Then + Vigils<string>.Limit - TimeSpan.FromTicks(1)));
        Assert.False(vigils.Keeps("a", Then + Vigils<string>.Limit));

        vigils.End("a");
        Assert.True(vigils.Keeps("a", Then + Vigils<string>.Limit));
    }

    [Fact]
    public void No_more_are_tried_than_there_is_room_for_until_one_ends()
    {
        var vigils = new Vigils<string>(max: 2);
        Assert.True(vigils.Keeps("a", Then));
        Assert.True(vigils.Keeps("b", Then));

        Assert.False(vigils.Keeps("c", Then));
        vigils.End("a");
        Assert.True(vigils.Keeps("c", Then));
    }
}
