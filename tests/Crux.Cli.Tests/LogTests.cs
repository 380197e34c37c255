using Crux.Services.Operator;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Crux.Cli.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task A_level_acts_at_once_and_ends_by_itself()
    {
        await using var node = await StaticNode.StartAsync();
        var changes = 0;
        node.LogLevels.Changed += () => Interlocked.Increment(ref changes);
        var run = await node.RunAsync("log", "set", "Crux.Flock=debug", "for", "10m");
        Assert.Equal("CATEGORY    LEVEL  FOR ANOTHER\nCrux.Flock  Debug  10m 0s\n", run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal(LogLevel.Debug, node.LogLevels.Find("Crux.Flock"));
        Assert.Equal(1, changes);

        node.Time.Advance(TimeSpan.FromMinutes(9.5));
        Assert.Equal(LogLevel.Debug, node.LogLevels.Find("Crux.Flock"));
        Assert.Equal("CATEGORY    LEVEL  FOR ANOTHER\nCrux.Flock  Debug  30s\n", (await node.RunAsync("log", "list")).Out);

        node.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(node.LogLevels.Find("Crux.Flock"));
        Assert.False(node.LogLevels.Any);
        Assert.Equal(2, changes);
        Assert.Equal("No log level is overridden: the node's configuration holds.\n", (await node.RunAsync("log", "list")).Out);
    }

    [Fact]
    public async Task Without_a_time_it_holds_for_ten_minutes_and_a_star_means_all()
    {
        await using var node = await StaticNode.StartAsync();
        var json = (await node.RunAsync("log", "set", "*=Warning", "--json")).Json.GetProperty("overrides")[0];
        Assert.Equal("", json.GetProperty("category").GetString());
        Assert.Equal("Warning", json.GetProperty("level").GetString());
        Assert.Equal(600, json.GetProperty("expiresInSeconds").GetDouble());
        Assert.Equal(LogLevel.Warning, node.LogLevels.Find("Microsoft.AspNetCore.Server"));
    }

    [Fact]
    public async Task A_category_that_nobody_goes_by_is_set_and_doubted()
    {
        await using var node = await StaticNode.StartAsync();
        node.LogLevels.Heard("Crux.Node.Flock");
        Assert.Empty(Warnings(await node.RunAsync("log", "set", "Crux.Flock=Debug", "--json")));
        var run = await node.RunAsync("log", "set", "Crux.Flok=Debug", "--json");
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("Crux.Node.Flock", Assert.Single(Warnings(run)), StringComparison.Ordinal);
        Assert.Equal(LogLevel.Debug, node.LogLevels.Find("Crux.Flok"));
        Assert.Contains("spelt", (await node.RunAsync("log", "list")).Out, StringComparison.Ordinal);

        static List<string> Warnings(Transcript run) => [.. run.Json.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!)];
    }

    [Theory]
    [InlineData("Crux.Flock=Debgu", "Did you mean 'Debug'?")]
    [InlineData("Crux.Flock=3", "is no log level")]
    [InlineData("Crux.Flock", "Write CATEGORY=LEVEL")]
    [InlineData("=Debug", "Write CATEGORY=LEVEL")]
    [InlineData("Crux.Flock=Debug for", "Write CATEGORY=LEVEL")]
    [InlineData("Crux.Flock=Debug during 5m", "Write CATEGORY=LEVEL")]
    [InlineData("Crux.Flock=Debug for 5", "is no duration")]
    [InlineData("Crux.Flock=Debug for 25h", "1s to 24h")]
    [InlineData("Crux.Flock=Debug for 10ms", "1s to 24h")]
    [InlineData("no/category=Debug for 5m", "is no log category")]
    public async Task What_can_not_be_meant_is_refused_with_what_would_be_right(string words, string part)
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync(["log", "set", .. words.Split(' ')]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.False(node.LogLevels.Any);
    }

    [Fact]
    public void The_closest_category_counts_and_a_feature_is_found_in_whichever_project_it_lives()
    {
        using var levels = new LogLevelOverrides(new FakeTimeProvider());
        levels.Set("Crux", LogLevel.Error, TimeSpan.FromMinutes(1));
        levels.Set("Crux.Flock", LogLevel.Trace, TimeSpan.FromMinutes(1));
        Assert.Equal(LogLevel.Trace, levels.Find("Crux.Flock.Codec"));
        Assert.Equal(LogLevel.Trace, levels.Find("Crux.Node.Flock.FlockReporter"));
        Assert.Equal(LogLevel.Error, levels.Find("Crux.Node.Flocking"));
        Assert.Equal(LogLevel.Error, levels.Find("Crux.Services.Reeve"));
        Assert.Null(levels.Find("Cruxible"));
        Assert.Null(levels.Find("Microsoft.AspNetCore"));
    }

    [Fact]
    public void Setting_again_starts_the_time_again()
    {
        var time = new FakeTimeProvider();
        using var levels = new LogLevelOverrides(time);
        levels.Set("Crux", LogLevel.Debug, TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(9));
        levels.Set("crux", LogLevel.Trace, TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(LogLevel.Trace, levels.Find("Crux"));
        Assert.Single(levels.List());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(levels.Any);
    }

    [Fact]
    public void Only_so_many_categories_can_be_overridden()
    {
        using var levels = new LogLevelOverrides(new FakeTimeProvider());
        for (var i = 0; i < LogLevelOverrides.MaxOverrides; i++)
            levels.Set($"Crux.{i}", LogLevel.Debug, TimeSpan.FromSeconds(1));
        Assert.Throws<InvalidOperationException>(() => levels.Set("Crux.One.More", LogLevel.Debug, TimeSpan.FromSeconds(1)));
        levels.Set("Crux.0", LogLevel.Trace, TimeSpan.FromSeconds(1));
    }
}
