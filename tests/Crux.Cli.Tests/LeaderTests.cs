using Crux.Protos;

namespace Crux.Cli.Tests;

public sealed class LeaderTests
{
    [Fact]
    public async Task It_says_who_leads_where_and_how_steward_stands()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("leader");
        Assert.Equal("node2 (10.0.0.2:23123) leads main/prod for 2h 5m.\nVoters elected it: fenced, term 4 of lineage 2a5c71d9, lease claimed.\nIts steward is ready.\n", run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
        var json = (await node.RunAsync("leader", "--json")).Json;
        Assert.Equal("10.0.0.2:23123", json.GetProperty("address").GetString());
        Assert.False(json.GetProperty("self").GetBoolean());
    }

    [Fact]
    public async Task On_the_leader_it_says_what_is_left_of_the_lease_and_who_votes()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.View.Start(view => view with { Leader = StaticNode.Id(1) });
            it.Desk.Standing = StaticDesk.Elected(StaticNode.Id(1), StaticNode.Id(2), StaticNode.Id(10));
        });
        var run = await node.RunAsync("leader");
        Assert.Equal(
            """
            node1 (10.0.0.1:23123) leads main/prod for 2h 5m: this node.
            Voters elected it: fenced, term 4 of lineage 2a5c71d9, lease 2.4s left.
            The voters are node1, node10, node2.
            Its steward is ready.

            """,
            run.Out);
        var json = (await node.RunAsync("leader", "--json")).Json;
        Assert.Equal("fenced", json.GetProperty("leader").GetProperty("grade").GetString());
        Assert.Equal(2.4, json.GetProperty("leader").GetProperty("leaseLeftSeconds").GetDouble());
        Assert.Equal("2a5c71d900000abc", json.GetProperty("token").GetProperty("lineage").GetString());
    }

    [Fact]
    public async Task A_provisional_leader_is_said_to_be_one_and_voters_of_another_lineage_are_not_told()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.View.Start(view => view with { Grade = LeaderGrade.Provisional, Token = new GroupToken(0, 4, 0) });
            it.Desk.Standing = StaticDesk.Elected(StaticNode.Id(1));
        });
        var run = await node.RunAsync("leader");
        Assert.Equal("node2 (10.0.0.2:23123) leads main/prod for 2h 5m.\nNobody elected it yet: provisional, term 4.\nIts steward is ready.\n", run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task No_leader_is_exit_code_1()
    {
        await using var node = await StaticNode.StartAsync(it => it.View.Start(view => view with { Leader = null }));
        var run = await node.RunAsync("leader");
        Assert.StartsWith("main/prod has no leader.\n! ", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.No, run.Code);
    }

    [Theory]
    [InlineData(StewardState.Absent, "crux members")]
    [InlineData(StewardState.Rebuilding, "crux watch")]
    public async Task A_steward_that_is_not_ready_comes_with_the_next_command(StewardState steward, string command)
    {
        await using var node = await StaticNode.StartAsync(it => it.Registry.Steward = steward);
        var run = await node.RunAsync("leader");
        Assert.Contains($"See '{command}'", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, run.Code);
    }
}
