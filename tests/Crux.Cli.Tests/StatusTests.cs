using Crux.Protos;
using Microsoft.Extensions.Logging;

namespace Crux.Cli.Tests;

public sealed class StatusTests
{
    [Fact]
    public async Task A_well_node_is_shown_in_a_few_lines_without_a_warning()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("status");
        Assert.Equal(
            """
            node      node1  10.0.0.1:23123  rack r1  up 2h 5m
            flock     main/prod, 3 alive, settled
            leader    node2 for 2h 5m, fenced, term 4 of lineage 2a5c71d9, lease claimed
            keys      generation 3, 1h 54m old, epoch 171
            steward   ready
            services  1 here, 4 in its cache
            start-up  done
            sent      12,345 datagrams, 1.2 MB
            received  12,000 datagrams, 999 B; 2 rejected, 0 dropped
            id        01112233445566770000000000000001
            version   0.1.0

            """,
            run.Out);
        Assert.Equal("", run.Error);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task Its_json_says_the_same_on_one_line()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("status", "--json");
        Assert.Single(run.Out.TrimEnd('\n').Split('\n'));
        Assert.Equal("node1", run.Json.GetProperty("node").GetProperty("name").GetString());
        Assert.Equal(7500, run.Json.GetProperty("uptimeSeconds").GetDouble());
        Assert.Equal("node2", run.Json.GetProperty("leader").GetProperty("name").GetString());
        Assert.Equal("2a5c71d900000abc", run.Json.GetProperty("token").GetProperty("lineage").GetString());
        Assert.Equal("fenced", run.Json.GetProperty("leader").GetProperty("grade").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, run.Json.GetProperty("leader").GetProperty("leaseLeftSeconds").ValueKind);
        Assert.Empty(run.Json.GetProperty("leader").GetProperty("voters").EnumerateArray());
        Assert.Equal("ready", run.Json.GetProperty("steward").GetString());
        Assert.Empty(run.Json.GetProperty("warnings").EnumerateArray());
    }

    [Fact]
    public async Task A_leader_knows_its_own_lease_and_a_voter_the_voters()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.View.Start(view => view with { Leader = StaticNode.Id(1) });
            it.Desk.Standing = StaticDesk.Elected(StaticNode.Id(10), StaticNode.Id(1), StaticNode.Id(2));
        });
        var run = await node.RunAsync("status");
        Assert.Contains("leader    node1 for 2h 5m, fenced, term 4 of lineage 2a5c71d9, lease 2.4s left (this node)\nvoters    node1, node10, node2\n", run.Out, StringComparison.Ordinal);
        var leader = (await node.RunAsync("status", "--json")).Json.GetProperty("leader");
        Assert.Equal(2.4, leader.GetProperty("leaseLeftSeconds").GetDouble());
        Assert.Equal(["node1", "node10", "node2"], leader.GetProperty("voters").EnumerateArray().Select(it => it.GetString()));
    }

    [Fact]
    public async Task A_provisional_leader_is_shown_as_one()
    {
        await using var node = await StaticNode.StartAsync(it => it.View.Start(view => view with { Grade = LeaderGrade.Provisional, Token = new GroupToken(0, 4, 0) }));
        Assert.Contains("leader    node2 for 2h 5m, provisional, term 4\n", (await node.RunAsync("status")).Out, StringComparison.Ordinal);
        Assert.Equal("provisional", (await node.RunAsync("status", "--json")).Json.GetProperty("leader").GetProperty("grade").GetString());
    }

    [Fact]
    public async Task Without_a_leader_it_says_so_and_the_exit_code_too()
    {
        await using var node = await StaticNode.StartAsync(it => it.View.Start(view => view with { Leader = null, IsSettled = false }));
        var run = await node.RunAsync("status");
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("leader    none\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("! There is no leader. See 'crux leader'.\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("! The view has not settled yet. See 'crux watch'.\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await node.RunAsync("status", "--json")).Json.GetProperty("leader").ValueKind);
    }

    [Fact]
    public async Task Every_warning_names_the_next_command()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.View.Start(view => view with { Leader = null, IsSettled = false, Members = [.. view.Members.Select(member => member with { Status = MemberStatus.Unreachable })] });
            it.Boot.Steps[0].State = BootState.Failed;
            it.Boot.Steps[0].Problem = "port 23123 is taken.";
            it.Boot.Steps[1].State = BootState.Waiting;
            it.Boot.Steps[1].WaitsFor = "a settled view";
            it.Registry.Steward = StewardState.Absent;
            it.Traffic.Now.DatagramsRejected = 11_000;
            it.Desk.Standing = it.Desk.Standing with { Unread = StaticDesk.Crowded.Unread };
            it.Traffic.Now.DatagramsDropped = 500;
            it.LogLevels.Set("Crux.Flock", LogLevel.Debug, TimeSpan.FromHours(24));
        });
        var warnings = (await node.RunAsync("status", "--json")).Json.GetProperty("warnings").EnumerateArray().Select(it => it.GetString()!).ToList();
        Assert.Equal(9, warnings.Count);
        Assert.All(warnings, warning => Assert.Matches(@"See '(crux|fulcrum) [a-z ]+'\.$", warning));
    }

    [Fact]
    public async Task A_rebuilding_steward_and_a_lonely_node_are_warned_of()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.View.Start(view => view with { Members = StaticNode.Alone, Leader = StaticNode.Id(1) });
            it.Registry.Steward = StewardState.Rebuilding;
        });
        var run = await node.RunAsync("status");
        Assert.Contains("alone in its flock", run.Out, StringComparison.Ordinal);
        Assert.Contains("Steward is being rebuilt", run.Out, StringComparison.Ordinal);
        Assert.Contains("(this node)", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task The_leaders_time_starts_again_with_a_new_leader()
    {
        await using var node = await StaticNode.StartAsync();
        var watching = node.Events.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        node.View.Change(view => view with { Leader = StaticNode.Id(10), Token = new GroupToken(0x2a5c71d9_00000abc, 5, 0) });
        Assert.True(await watching.MoveNextAsync());
        node.Time.Advance(TimeSpan.FromSeconds(90));
        Assert.Contains("leader    node10 for 1m 30s, fenced, term 5 of lineage 2a5c71d9, lease claimed\n", (await node.RunAsync("status")).Out, StringComparison.Ordinal);
        await watching.DisposeAsync();
    }
}
