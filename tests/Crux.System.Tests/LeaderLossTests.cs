using System.Diagnostics;
using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary>Ten machines; the one that leads is lost without a goodbye, while clients on others call.</summary>
public sealed class LeaderLossTests
{
    private const int Hosts = 10;
    private const long SomeCalls = 200;
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(8);

    [Fact]
    public Task A_leader_killed_with_its_services_is_replaced_and_no_call_to_a_survivor_fails() => PlayAsync((leader, services, _) =>
    {
        leader.Process.Signal(LabSignal.Kill);
        foreach (var service in services)
            service.Process.Signal(LabSignal.Kill);
        return Task.CompletedTask;
    });

    [Fact]
    public Task A_leader_whose_wire_is_cut_is_replaced_and_no_call_to_a_survivor_fails() =>
        PlayAsync((leader, _, stopping) => leader.Host.SetLinkAsync(up: false, stopping));

    private static async Task PlayAsync(Func<FulcrumHost, IReadOnlyList<LoadServer>, CancellationToken, Task> lose)
    {
        var stopping = TestContext.Current.CancellationToken;
        var figure = await Figure.BeginAsync(stopping);
        await using var flock = await LabFlock.StartAsync(Hosts, stopping);
        var leader = await flock.LeaderAsync(flock.Nodes[0]);
        var survivors = flock.Nodes.Where(node => node != leader).ToList();

        // "alive2" lives on survivors only; "mixed2" on the leader and on one survivor, so that both have calls in flight when the leader goes.
        List<LoadServer> surviving = [new(survivors[0], "alive2_1"), new(survivors[1], "alive2_1"), new(survivors[2], "mixed2_1")];
        List<LoadServer> lost = [new(leader, "mixed2_1")];
        await LabFlock.WhenListedAsync(flock.Nodes, [.. surviving, .. lost], LabFlock.Patience, stopping);
        var toSurvivors = new LoadCaller(survivors[5], "alive2");
        var toLost = new LoadCaller(survivors[6], "mixed2");
        var unrepeatable = new LoadCaller(survivors[7], "mixed2", method: "register");
        var callers = new[] { toSurvivors, toLost, unrepeatable };
        foreach (var caller in callers)
            await caller.CallsAsync(SomeCalls, stopping);
        foreach (var caller in callers.Skip(1))
            Assert.Contains(caller.Report.ServedBy.Keys, servedBy => servedBy == lost[0].Listed);

        var cut = Stopwatch.GetTimestamp();
        await lose(leader, lost, stopping);
        await flock.WhenWholeAsync(survivors, LabFlock.Patience, stopping);
        var led = Stopwatch.GetElapsedTime(cut);
        await LabFlock.WhenListedAsync(survivors, surviving, LabFlock.Patience, stopping);
        var listed = Stopwatch.GetElapsedTime(cut);
        foreach (var caller in callers)
            await caller.CallsAsync(SomeCalls, stopping);
        var reports = await Task.WhenAll(callers.Select(caller => caller.StopAsync(stopping)));

        Figure.Note($"to survivors: {reports[0]}\nto the lost node, idempotent: {reports[1]}\nto the lost node, not repeatable: {reports[2]}");
        figure.Holds("leader lost to a new leader in every view", led, Promised);
        figure.Holds("leader lost to every surviving service listed on every node", listed, Promised);
        Assert.Equal((0, 0), (reports[0].Failed, reports[0].Indeterminate));
        Assert.Equal((0, 0), (reports[1].Failed, reports[1].Indeterminate));
        Assert.Equal(0, reports[2].Failed);
        Assert.InRange(reports[2].Indeterminate, 0, unrepeatable.Loops);
        Assert.All(reports[2].Problems, problem => Assert.Matches($"^Unavailable .*{leader.Name}", problem));
    }
}
