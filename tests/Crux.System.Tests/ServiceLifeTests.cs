using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

public sealed class ServiceLifeTests
{
    private const long SomeCalls = 100;
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromSeconds(1);

    // Three beats, and one second to tell everybody.
    private static readonly TimeSpan GonePromised = (3 * BeatPeriod) + TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_process_that_hangs_is_gone_from_every_listing_when_its_last_beat_runs_out_and_back_when_it_wakes()
    {
        var stopping = TestContext.Current.CancellationToken;
        var figure = await Figure.BeginAsync(stopping);
        await using var flock = await LabFlock.StartAsync(2, stopping);
        var server = new LoadServer(flock.Nodes[1], "galumph2_3", BeatPeriod);
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);

        server.Process.Signal(LabSignal.Stop);
        var gone = await LabFlock.WhenListedAsync(flock.Nodes, [], LabFlock.Patience, stopping);
        server.Process.Signal(LabSignal.Continue);
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);

        figure.Holds("hang to gone from look-up", gone, GonePromised);
    }

    [Fact]
    public async Task A_service_that_comes_back_on_another_port_is_followed()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(2, stopping);
        var server = new LoadServer(flock.Nodes[1], "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        var before = (await flock.Nodes[0].ServicesAsync())!.Entries.Single().Address;
        var caller = new LoadCaller(flock.Nodes[0], "galumph2");
        await caller.CallsAsync(SomeCalls, stopping);

        server.Process.Signal(LabSignal.Kill);
        server = new LoadServer(flock.Nodes[1], "galumph2_3");
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            var addresses = (await flock.Nodes[0].ServicesAsync())?.Entries.Select(entry => entry.Address).ToList() ?? [];
            return addresses is [var only] && only != before ? null : $"listed: {string.Join(", ", addresses)}";
        }, stopping);
        await caller.CallsAsync(SomeCalls, stopping);

        var report = await caller.StopAsync(stopping);
        Assert.True(report.Failed == 0, report.ToString());
    }
}
