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

    private static ReeveLink Link() => new("/nowhere/reeve.sock", TimeSpan.FromSeconds(1), TimeProvider.System);
}
