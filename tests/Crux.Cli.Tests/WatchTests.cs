using Crux.Machines.Health;

namespace Crux.Cli.Tests;

public sealed class WatchTests
{
    [Fact]
    public async Task What_happens_to_the_group_is_told_in_sentences()
    {
        await using var node = await StaticNode.StartAsync();
        using var watch = await LiveRun.StartAsync(node, "watch");
        node.View.Change(view => view with { Members = view.Members.Add(StaticNode.Member(20, "")) });
        node.View.Change(view => view with { Members = view.Members.SetItem(1, view.Members[1] with { Status = MemberStatus.Unreachable }) });
        node.View.Change(view => view with { Leader = null });
        node.View.Change(view => view with { Leader = StaticNode.Id(10), Token = new GroupToken(0x2a5c71d9_00000abc, 5, 0) });
        node.View.Change(view => view with { Members = view.Members.RemoveAt(1) });
        await watch.UntilAsync(lines => lines.Count == 5);
        var told = watch.Lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]));
        Assert.Equal(
            [
                "member node20 (10.0.0.20:23123) joined the view.",
                "member node2 is unreachable.",
                "leader prod has no leader.",
                "leader node10 leads prod, term 5.",
                "member node2 (10.0.0.2:23123) left the view.",
            ],
            told);
    }

    [Fact]
    public async Task What_becomes_of_a_service_of_this_node_is_told_too()
    {
        await using var node = await StaticNode.StartAsync();
        using var watch = await LiveRun.StartAsync(node, "watch");
        var process = node.Heartbeater.OpenProcess();
        var point = new BeatPoint { InstanceId = "one", Instance = "galumph2_3", Address = "0.0.0.0:41000", KeyHash = new byte[32], Status = ServiceStatus.Serving };
        var stop = TestContext.Current.CancellationToken;
        Assert.Empty(await node.Heartbeater.BeatAsync(process, [point], stop));
        Assert.Empty(await node.Heartbeater.BeatAsync(process, [point with { Status = ServiceStatus.Unhealthy, Reason = "the table is empty" }], stop));
        await node.Heartbeater.GoodbyeAsync(process, stop);
        await watch.UntilAsync(lines => lines.Count == 3);
        Assert.Equal(
            ["service galumph2_3 at node1:41000 is up.", "service galumph2_3 at node1:41000 is unhealthy: the table is empty.", "service galumph2_3 at node1:41000 left."],
            watch.Lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..])));
    }

    [Fact]
    public async Task In_json_each_line_is_one_object()
    {
        await using var node = await StaticNode.StartAsync();
        using var watch = await LiveRun.StartAsync(node, "watch", "--json");
        node.Events.Publish("service", "galumph2_3 at node2:41000 is up.");
        node.Events.Publish("steward", "Steward is ready.");
        await watch.UntilAsync(lines => lines.Count == 2);
        Assert.Equal("""{"at":"2026-05-04T05:07:01.000Z","kind":"service","text":"galumph2_3 at node2:41000 is up."}""", watch.Lines[0]);
        Assert.Equal("""{"at":"2026-05-04T05:07:01.000Z","kind":"steward","text":"Steward is ready."}""", watch.Lines[1]);
        Assert.Equal("", watch.Error);
    }

    [Fact]
    public async Task Ctrl_C_ends_it_with_exit_code_0()
    {
        await using var node = await StaticNode.StartAsync();
        using var watch = await LiveRun.StartAsync(node, "watch");
        Assert.Equal(ExitCode.Ok, await watch.StopAsync());
        Assert.Equal("Watching node1 (main/prod); Ctrl-C ends.\n", watch.Error);
    }

    [Fact]
    public async Task A_node_that_stops_ends_it_with_exit_code_3_and_says_so()
    {
        await using var node = await StaticNode.StartAsync();
        using var watch = await LiveRun.StartAsync(node, "watch");
        await node.StopAsync();
        Assert.Equal(ExitCode.Unreachable, await watch.EndAsync());
        Assert.Contains("systemctl status fulcrum", watch.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watcher_that_reads_too_slowly_is_told_how_much_it_missed()
    {
        var stop = TestContext.Current.CancellationToken;
        var events = new Services.Operator.OperatorEvents(TimeProvider.System);
        await using var watching = events.WatchAsync(stop).GetAsyncEnumerator(stop);
        const int TooMany = 7;
        for (var i = 0; i < Services.Operator.OperatorEvents.MaxWaiting + TooMany; i++)
            events.Publish("alarm", $"event {i}");
        await watching.MoveNextAsync();
        Assert.Equal($"{TooMany} events were dropped here: the watcher reads too slowly.", watching.Current.Text);
        await watching.MoveNextAsync();
        Assert.Equal($"event {TooMany}", watching.Current.Text);
    }
}
