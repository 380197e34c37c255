using Crux.Client.Connect;

namespace Crux.Client.Tests.Connect;

public sealed class TrustedNodesTests
{
    private static readonly NodeId Here = new(1, 1);
    private static readonly NodeId There = new(2, 2);

    [Fact]
    public void Nobody_is_trusted_and_nobody_gone_before_a_reeve_has_answered()
    {
        using var link = Link();
        using var nodes = new TrustedNodes(link, TimeSpan.FromMinutes(1));

        Assert.Equal((false, false), (nodes.Contains(Here), nodes.IsGone(Here)));
    }

    [Fact]
    public void A_node_that_leaves_the_view_is_gone_at_once_and_one_that_a_new_reeve_does_not_know_is_held()
    {
        using var link = Link();
        using var nodes = new TrustedNodes(link, TimeSpan.FromMinutes(1));
        nodes.Apply([Here, There], KeyBans.None, isNewReeve: true);

        nodes.Apply([Here], KeyBans.None, isNewReeve: true);
        Assert.Equal((true, false), (nodes.Contains(There), nodes.IsGone(There)));

        using var strict = new TrustedNodes(link, TimeSpan.FromMinutes(1));
        strict.Apply([Here, There], KeyBans.None, isNewReeve: true);
        strict.Apply([Here], KeyBans.None, isNewReeve: false);
        Assert.Equal((false, true), (strict.Contains(There), strict.IsGone(There)));
    }

    [Fact]
    public void A_node_that_was_shut_out_is_held_for_no_new_reeve()
    {
        using var link = Link();
        using var nodes = new TrustedNodes(link, TimeSpan.FromMinutes(1));
        nodes.Apply([Here, There], KeyBans.None, isNewReeve: true);

        nodes.Apply([Here], KeyBans.None, isNewReeve: true, shutOut: [There]);
        Assert.Equal((false, true, true), (nodes.Contains(There), nodes.IsGone(There), nodes.IsShutOut(There)));

        nodes.Apply([Here, There], KeyBans.None, isNewReeve: false);
        Assert.Equal((true, false), (nodes.Contains(There), nodes.IsShutOut(There)));
    }

    private static ReeveLink Link() => new("/nowhere/reeve.sock", TimeSpan.FromSeconds(1), TimeProvider.System);
}
