using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

public sealed class ColdStartTests
{
    private const int Hosts = 10;
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(8);

    // Twelve .NET processes that start at once take some 15 s of CPU: on two cores that alone is the promise.
    private const double Slack = 2.5;

    [Fact]
    public async Task Ten_machines_that_are_switched_on_at_once_become_a_flock_and_answer_a_call()
    {
        var stopping = TestContext.Current.CancellationToken;
        var figure = await Figure.BeginAsync(stopping);
        await using var flock = await LabFlock.CreateAsync(Hosts, stopping);

        // Everything at once, as a power-on does it: neither service nor client waits for its daemon.
        foreach (var node in flock.Nodes)
            node.Start();
        var server = new LoadServer(flock.Nodes[2], "galumph2_3");
        var caller = new LoadCaller(flock.Nodes[6], "galumph2");
        var start = flock.Nodes[0].Process.StartedAt;

        await Eventually.HoldsAsync(LabFlock.Patience, () => caller.Report.FirstAnswerAt > 0 ? null : caller.Process.Story + server.Process.Story, stopping);
        await flock.WhenWholeAsync(flock.Nodes, LabFlock.Patience, stopping);
        var whole = flock.Nodes[0].Process.Age;
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        var report = await caller.StopAsync(stopping);

        figure.Holds("10 processes in 10 namespaces, exec to first call", report.FirstAnswerAfter(start), Promised, Slack);
        figure.Holds("10 processes in 10 namespaces, exec to full view, one leader and a ready steward on each", whole, Promised, Slack);
        Figure.Note(report.ToString());
        Assert.Equal(0, report.Failed);
    }

    [Fact]
    public async Task Machines_of_ipv6_alone_find_each_other_and_answer_a_call_with_nothing_configured()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(3, stopping, NetLab.PrefixLengthV6);
        var server = new LoadServer(flock.Nodes[0], "galumph2_3");
        var caller = new LoadCaller(flock.Nodes[2], "galumph2");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        await Eventually.HoldsAsync(LabFlock.Patience, () => caller.Report.FirstAnswerAt > 0 ? null : caller.Process.Story + server.Process.Story, stopping);
        Assert.Equal(0, (await caller.StopAsync(stopping)).Failed);
        Assert.All((await flock.Nodes[1].MembersAsync())!.Members, member => Assert.StartsWith("[fd00:77::", member.Address, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_whole_flock_that_lost_power_comes_back_by_itself_in_any_order()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(5, stopping);
        var before = await flock.Nodes[0].MembersAsync();
        var servers = new List<LoadServer> { new(flock.Nodes[1], "galumph2_3"), new(flock.Nodes[4], "galumph2_3") };
        await LabFlock.WhenListedAsync(flock.Nodes, servers, LabFlock.Patience, stopping);

        foreach (var process in flock.Nodes.Select(node => node.Process).Concat(servers.Select(server => server.Process)))
            process.Signal(LabSignal.Kill);
        foreach (var node in flock.Nodes)
            await node.Process.WaitForExitAsync(LabFlock.Patience, stopping);
        foreach (var node in flock.Nodes.Reverse())
            node.Start();
        servers = [.. servers.Select(server => new LoadServer(server.Node, server.Instance))];

        var whole = await flock.WhenWholeAsync(flock.Nodes, LabFlock.Patience, stopping);
        Figure.Note($"whole again {whole.TotalSeconds:0.00} s after power came back");
        await LabFlock.WhenListedAsync(flock.Nodes, servers, LabFlock.Patience, stopping);
        var after = await flock.Nodes[0].MembersAsync();
        Assert.Equal(
            before!.Members.Select(member => member.NodeId.ToBase64()).Order(StringComparer.Ordinal),
            after!.Members.Select(member => member.NodeId.ToBase64()).Order(StringComparer.Ordinal));
    }
}
