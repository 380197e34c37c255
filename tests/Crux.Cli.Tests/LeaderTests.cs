using Crux.Protos;

namespace Crux.Cli.Tests;

public sealed class LeaderTests
{
    [Fact]
    public async Task It_says_who_leads_where_and_how_steward_stands()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("leader");
        Assert.Equal("node2 (10.0.0.2:23123) leads main/prod for 2h 5m, term 4.\nIts steward is ready.\n", run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
        var json = (await node.RunAsync("leader", "--json")).Json;
        Assert.Equal("10.0.0.2:23123", json.GetProperty("address").GetString());
        Assert.False(json.GetProperty("self").GetBoolean());
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
