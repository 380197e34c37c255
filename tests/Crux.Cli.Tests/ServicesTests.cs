using Crux.Protos;

namespace Crux.Cli.Tests;

public sealed class ServicesTests
{
    [Fact]
    public async Task Services_stand_by_api_and_the_newest_version_first()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("services");
        Assert.Equal(
            """
            INSTANCE     AT            ADDRESS          STATUS
            chess1_1     node1:41003   10.0.0.1:41003   draining
            galumph2_10  node2:41002   10.0.0.2:41002   serving
            galumph2_3   node2:41000   10.0.0.2:41000   unhealthy  names: the table is empty
            galumph2_3   node10:41001  10.0.0.10:41001  serving

            """,
            run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task With_steward_away_they_come_from_the_cache_and_it_says_so()
    {
        await using var node = await StaticNode.StartAsync(it => it.Registry.Steward = StewardState.Absent);
        var run = await node.RunAsync("services");
        Assert.Contains("galumph2_10", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("! Steward is away: this is what this node last heard. See 'crux leader'.\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, run.Code);
        var json = (await node.RunAsync("services", "--json")).Json;
        Assert.Equal("absent", json.GetProperty("steward").GetString());
        Assert.Equal(4, json.GetProperty("services").GetArrayLength());
        Assert.NotEqual("", json.GetProperty("note").GetString());
    }

    [Fact]
    public async Task No_service_is_an_answer()
    {
        await using var node = await StaticNode.StartAsync(it => it.Registry.Entries.Clear());
        var run = await node.RunAsync("services");
        Assert.Equal("No service is registered.\n", run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
    }
}
