using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

public sealed class TokenGateTests
{
    [Fact]
    public void A_deposed_leader_stays_refused_when_a_provisional_one_has_led_meanwhile()
    {
        var gate = new TokenGate();
        gate.Follow(new GroupToken(5, 4, 0));
        gate.Follow(new GroupToken(0, 5, 0));
        Assert.False(gate.Admits(new GroupToken(5, 4, 0)));

        gate.Follow(new GroupToken(5, 3, 0));

        Assert.False(gate.Admits(new GroupToken(5, 3, 9)));
        Assert.True(gate.Admits(new GroupToken(5, 4, 0)));
    }

    [Fact]
    public void A_word_of_nobody_who_was_elected_is_refused()
    {
        var gate = new TokenGate();
        Assert.False(gate.Admits(default));
        gate.Follow(new GroupToken(0, 7, 0));
        Assert.False(gate.Admits(new GroupToken(0, 7, 0)));
    }

    [Fact]
    public void A_term_that_the_view_has_yet_to_show_is_let_through_and_the_one_before_is_not_any_more()
    {
        var gate = new TokenGate();
        gate.Follow(new GroupToken(5, 4, 0));
        Assert.True(gate.Admits(new GroupToken(5, 5, 0)));
        gate.Follow(new GroupToken(5, 4, 1));
        Assert.False(gate.Admits(new GroupToken(5, 4, 1)));
    }

    /// <summary>It remembered one lineage: a deposed leader was believed again when the view had shown another lineage in between.</summary>
    [Fact]
    public void A_deposed_leader_stays_refused_when_another_lineage_was_followed_meanwhile()
    {
        var gate = new TokenGate();
        gate.Follow(new GroupToken(5, 9, 0));
        gate.Follow(new GroupToken(6, 1, 0));
        gate.Follow(new GroupToken(5, 4, 0));

        Assert.False(gate.Admits(new GroupToken(5, 4, 0)));
        Assert.False(gate.Admits(new GroupToken(6, 1, 0)));
        Assert.True(gate.Admits(new GroupToken(5, 9, 0)));
    }

    [Fact]
    public void The_lineage_followed_least_lately_is_forgotten_first()
    {
        var gate = new TokenGate();
        for (var lineage = 1UL; lineage <= TokenGate.MaxLineages + 1; lineage++)
            gate.Follow(new GroupToken(lineage, 9, 0));
        gate.Follow(new GroupToken(2, 3, 0));
        Assert.False(gate.Admits(new GroupToken(2, 3, 0)));
        gate.Follow(new GroupToken(1, 3, 0));
        Assert.True(gate.Admits(new GroupToken(1, 3, 0)));
    }
}
