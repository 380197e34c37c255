using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

public sealed class RestartTests
{
    private const long SomeCalls = 200;
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData((int)LabSignal.Terminate)]
    [InlineData((int)LabSignal.Kill)]
    public async Task A_daemon_restarted_beneath_a_running_service_breaks_no_call_and_lists_it_again(int signal)
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(3, stopping);
        // Not the leader's, whose loss is a story of its own.
        var leader = await flock.LeaderAsync(flock.Nodes[0]);
        var beneath = flock.Nodes.Skip(1).First(node => node != leader);
        var server = new LoadServer(beneath, "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        var remote = new LoadCaller(flock.Nodes[0], "galumph2");
        var local = new LoadCaller(beneath, "galumph2");
        await remote.CallsAsync(SomeCalls, stopping);
        await local.CallsAsync(SomeCalls, stopping);

        beneath.Process.Signal((LabSignal)signal);
        await beneath.Process.WaitForExitAsync(LabFlock.Patience, stopping);
        await remote.CallsAsync(SomeCalls, stopping);
        await local.CallsAsync(SomeCalls, stopping);
        beneath.Start();
        await flock.WhenWholeAsync(flock.Nodes, LabFlock.Patience, stopping);
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        await remote.CallsAsync(SomeCalls, stopping);
        await local.CallsAsync(SomeCalls, stopping);

        foreach (var caller in new[] { remote, local })
        {
            var report = await caller.StopAsync(stopping);
            Figure.Note(report.ToString());
            Assert.Equal((0, 0), (report.Failed, report.Indeterminate));
        }
    }

    [Fact]
    public async Task A_daemon_told_to_stop_says_goodbye_and_nobody_waits_to_detect_it()
    {
        var stopping = TestContext.Current.CancellationToken;
        var figure = await Figure.BeginAsync(stopping);
        await using var flock = await LabFlock.StartAsync(4, stopping);
        var leaver = flock.Nodes[3];
        var others = flock.Nodes.Take(3).ToList();

        leaver.Process.Signal(LabSignal.Terminate);
        var gone = await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            foreach (var node in others)
            {
                if (await node.MembersAsync() is not { } view || view.Members.Any(member => member.Name == leaver.Name))
                    return $"{node.Name} still sees {leaver.Name}.";
            }
            return null;
        }, stopping);
        var code = await leaver.Process.WaitForExitAsync(LabFlock.Patience, stopping);

        figure.Holds("SIGTERM to gone from every view", gone, GoodbyeLimit);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("files")]
    [InlineData("socket")]
    [InlineData("answer")]
    public async Task A_daemon_told_to_stop_while_it_boots_ends_at_once(string moment)
    {
        var stopping = TestContext.Current.CancellationToken;
        var figure = await Figure.BeginAsync(stopping);
        await using var flock = await LabFlock.CreateAsync(1, stopping);
        var node = flock.Nodes[0];
        node.Start();
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            var reached = moment switch
            {
                "files" => Directory.Exists(node.StateDirectory),
                "socket" => File.Exists(node.Socket),
                _ => await node.StatusAsync() is not null,
            };
            return reached ? null : node.Process.Story;
        }, stopping);

        var asked = node.Process.Age;
        node.Process.Signal(LabSignal.Terminate);
        var code = await node.Process.WaitForExitAsync(LabFlock.Patience, stopping);

        figure.Holds($"SIGTERM during bootstrap ({moment}) to the end", node.Process.Age - asked, GoodbyeLimit);
        Assert.Contains(code, new[] { 0, 143 });
        Assert.False(File.Exists(node.Socket), "The Unix socket was left behind.");
    }
}
