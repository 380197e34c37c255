using Crux.Protos;

namespace Crux.Cli.Tests;

public sealed class LookupTests
{
    [Fact]
    public async Task The_best_one_comes_first()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("lookup", "galumph2");
        Assert.Equal(
            """
            RANK  INSTANCE     AT            ADDRESS          STATUS
            1     galumph2_10  node2:41002   10.0.0.2:41002   serving
            2     galumph2_3   node10:41001  10.0.0.10:41001  serving

            """,
            run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.False(node.Reeve.Asked!.Explain);
    }

    [Fact]
    public async Task Why_shows_every_candidate_with_rank_status_and_reason()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("lookup", "galumph2", "--why");
        Assert.Equal(
            """
            RANK  INSTANCE     AT            ADDRESS          STATUS     WHY
            1     galumph2_10  node2:41002   10.0.0.2:41002   serving    newest version, same rack
            2     galumph2_3   node10:41001  10.0.0.10:41001  serving    older version
            -     galumph2_3   node2:41000   10.0.0.2:41000   unhealthy  unhealthy: names: the table is empty

            """,
            run.Out);
        var offers = (await node.RunAsync("lookup", "galumph2", "--why", "--json")).Json.GetProperty("offers");
        Assert.Equal(1, offers[0].GetProperty("rank").GetInt32());
        Assert.Equal("sameRack", offers[0].GetProperty("proximity").GetString());
        Assert.False(offers[2].GetProperty("offered").GetBoolean());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, offers[2].GetProperty("rank").ValueKind);
    }

    [Fact]
    public async Task An_instance_of_another_group_is_asked_for_as_such()
    {
        await using var node = await StaticNode.StartAsync();
        await node.RunAsync("lookup", "crux://batch/galumph2_3");
        Assert.Equal(new Protos.Selector { Group = "batch", Api = "galumph2", Version = "3" }, node.Reeve.Asked!.Selector);
    }

    [Fact]
    public async Task Nothing_offered_is_exit_code_1_and_names_the_next_command()
    {
        await using var node = await StaticNode.StartAsync(it => it.Reeve.Reply.Offers.Clear());
        var run = await node.RunAsync("lookup", "galumph2");
        Assert.Equal("! Nothing is offered for galumph2. See 'crux lookup galumph2 --why'.\n", run.Out);
        Assert.Equal(ExitCode.No, run.Code);
        var why = await node.RunAsync("lookup", "galumph2", "--why");
        Assert.Contains("unhealthy: names: the table is empty", why.Out, StringComparison.Ordinal);
        Assert.EndsWith("See 'crux services' for all that is registered.\n", why.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.No, why.Code);
    }

    [Fact]
    public async Task With_steward_away_the_cache_answers_and_it_says_so()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.Reeve.Reply.Steward = StewardState.Absent;
            it.Reeve.Reply.Note = "steward is away; this is what node1 last heard";
        });
        var run = await node.RunAsync("lookup", "galumph2");
        Assert.EndsWith("! Steward is away; this is what node1 last heard. See 'crux leader'.\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task What_is_no_selector_is_a_usage_error_that_says_what_one_is()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("lookup", "no spaces");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("name an api ('galumph2') or an instance ('galumph2_3')", run.Error, StringComparison.Ordinal);
    }
}
