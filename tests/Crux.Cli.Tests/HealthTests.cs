using System.Globalization;
using Crux.Protos;

namespace Crux.Cli.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Places_come_with_a_timeline_and_with_what_happened()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("health", "galumph2");
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_777_863_721_000 - 10_800_000).LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        Assert.Equal(
            $"""
            INSTANCE    NODE   NOW   UP       TIMELINE
            galumph2_3  node1  up    100.00%  ====
            galumph2_3  node2  down  75.00%   ===x      no beat for 15 s

            Signs: = up, ~ draining, x down, / partly down, ? unknown, - left on purpose, blank: not on record. Each is 15m 0s; the last one is now.

            AT                   INSTANCE    NODE   BECAME  WHY
            {at}  galumph2_3  node2  down    no beat for 15 s

            """,
            run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Theory]
    [InlineData("health", HealthLevel.Service, "", "", 12 * 3_600_000L)]
    [InlineData("health galumph2 --since 1h30m", HealthLevel.Place, "galumph2", "", 5_400_000L)]
    [InlineData("health galumph2_3 --by instance", HealthLevel.Instance, "galumph2", "3", 12 * 3_600_000L)]
    [InlineData("health --node node2", HealthLevel.Place, "", "", 12 * 3_600_000L)]
    [InlineData("health --by group", HealthLevel.Group, "", "", 12 * 3_600_000L)]
    public async Task The_node_is_asked_what_was_meant(string line, HealthLevel level, string api, string version, long since)
    {
        await using var node = await StaticNode.StartAsync();
        await node.RunAsync(line.Split(' '));
        var asked = node.Health.Asked!;
        Assert.Equal((level, api, version, since), (asked.Level, asked.Selector?.Api ?? "", asked.Selector?.Version ?? "", asked.SinceMs));
    }

    [Theory]
    [InlineData("health --since 20d", "--since is from 1s to 14d.")]
    [InlineData("health --since soon", "'soon' is no duration")]
    [InlineData("health --by rack", "rack")]
    [InlineData("health galumph!2", "is not a selector")]
    public async Task What_can_not_be_read_is_said(string line, string problem)
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_on_record_is_an_answer_and_says_where_to_look()
    {
        await using var node = await StaticNode.StartAsync(it => it.Health.Reply = new ShowHealthReply { UntilUnixMs = 1, Note = "nobody leads who could answer; this is what node1 has on record" });
        var run = await node.RunAsync("health");
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Equal(
            "Nothing is on record for this. See 'crux services' for all that is registered.\n! Nobody leads who could answer; this is what node1 has on record. See 'crux leader'.\n", run.Out);
    }

    [Fact]
    public async Task A_record_that_begins_in_the_window_says_so()
    {
        await using var node = await StaticNode.StartAsync(it => it.Health.Reply.SinceUnixMs = it.Health.Reply.UntilUnixMs - 600_000);
        Assert.EndsWith("! The record begins 10m 0s ago.\n", (await node.RunAsync("health")).Out, StringComparison.Ordinal);
    }
}
