using System.Collections.Concurrent;
using System.Text.Json;
using Crux.Protos;
using Crux.System.Tests.Lab;
using Grpc.Core;

namespace Crux.System.Tests;

/// <summary>The availability history over real processes: what <c>crux health</c> tells is what the registry told, and a restart forgets nothing.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task What_came_and_went_is_on_record_as_the_registry_told_it_whatever_made_it_go()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(4, stopping);
        var leader = await flock.LeaderAsync(flock.Nodes[0]);
        var (lost, near) = (flock.Nodes.Last(node => node != leader), flock.Nodes.First(node => node != leader));
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var told = new ConcurrentQueue<string>();
        var following = FollowAsync(near, told, watching.Token);

        var server = new LoadServer(lost, "galumph2_3");
        await ListedAsync(server);
        server.Process.Signal(LabSignal.Kill);
        await ListedAsync();
        server = new LoadServer(lost, "galumph2_3");
        await ListedAsync(server);
        server.Process.Signal(LabSignal.Terminate);
        await ListedAsync();
        server = new LoadServer(lost, "galumph2_3");
        await ListedAsync(server);
        lost.Process.Signal(LabSignal.Kill);
        server.Process.Signal(LabSignal.Kill);
        await ListedAsync();
        await LabFlock.WhenListedAsync([.. flock.Nodes.Where(node => node != lost)], [], LabFlock.Patience, stopping);
        await watching.CancelAsync();
        await following;

        var changes = (await ShowAsync(near, stopping)).Single();
        Assert.Equal(told, Steps(changes));
        Assert.Equal(["there", "gone", "there", "gone", "there", "gone"], told);
        // Killed, told to stop, and lost with its node: three ways to go, each by its name.
        Assert.Equal(["down", "left", "down"], changes.Where(change => change.State is "down" or "left").Select(change => change.State));
        Assert.Contains(changes, change => change.State == "draining");

        // A watch that lags is told the newest only, so it has to have told of this before there is more to tell.
        async Task ListedAsync(params LoadServer[] servers)
        {
            await LabFlock.WhenListedAsync([near], servers, LabFlock.Patience, stopping);
            var step = servers.Length > 0 ? "there" : "gone";
            await Eventually.HoldsAsync(LabFlock.Patience, () => told.LastOrDefault() == step ? null : $"told so far: {string.Join(", ", told)}", stopping);
        }
    }

    [Fact]
    public async Task A_flock_that_was_switched_off_knows_what_was_before_and_that_nobody_kept_the_record_meanwhile()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(2, stopping);
        var server = new LoadServer(flock.Nodes[0], "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        server.Process.Signal(LabSignal.Kill);
        await LabFlock.WhenListedAsync(flock.Nodes, [], LabFlock.Patience, stopping);
        server = new LoadServer(flock.Nodes[0], "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        var before = (await ShowAsync(flock.Nodes[1], stopping)).Single();

        foreach (var node in flock.Nodes)
            node.Process.Signal(LabSignal.Kill);
        foreach (var node in flock.Nodes)
        {
            await node.Process.WaitForExitAsync(LabFlock.Patience, stopping);
            node.Start();
        }
        await flock.WhenWholeAsync(flock.Nodes, LabFlock.Patience, stopping);
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);

        var after = default(IReadOnlyList<(string At, string State)>);
        await Eventually.HoldsAsync(
            LabFlock.Patience,
            async () => (after = await ShowAsync(flock.Nodes[1], stopping) is [var line] ? line : null) is [.., { State: "up" }] ? null : $"on record: {string.Join(", ", after ?? [])}",
            stopping);
        Assert.Equal(before, after!.Take(before.Count));
        Assert.Equal(["unknown", "up"], after!.Skip(before.Count).Select(change => change.State));
    }

    // Whether the service was offered, each time that this was told anew.
    private static async Task FollowAsync(FulcrumHost node, ConcurrentQueue<string> told, CancellationToken stopping)
    {
        using var channel = node.Connect();
        using var watch = new Reeve.ReeveClient(channel).Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: stopping);
        try
        {
            await foreach (var reply in watch.ResponseStream.ReadAllAsync(stopping))
            {
                var step = reply.Offers.Count > 0 ? "there" : "gone";
                if (told.IsEmpty ? step == "there" : told.Last() != step)
                    told.Enqueue(step);
            }
        }
        catch (RpcException) when (stopping.IsCancellationRequested)
        {
        }
        catch (OperationCanceledException)
        {
        }
    }

    // A service that drains is offered no more, as one that is gone.
    private static List<string> Steps(IReadOnlyList<(string At, string State)> changes)
    {
        var steps = new List<string>();
        foreach (var (_, state) in changes)
        {
            var step = state == "up" ? "there" : "gone";
            if (steps.Count == 0 || steps[^1] != step)
                steps.Add(step);
        }
        return steps;
    }

    private static async Task<IReadOnlyList<IReadOnlyList<(string At, string State)>>> ShowAsync(FulcrumHost node, CancellationToken stopping)
    {
        var asked = node.Crux("health", "galumph2", "--since", "1h", "--json");
        await asked.WaitForExitAsync(LabFlock.Patience, stopping);
        using var answer = JsonDocument.Parse(asked.LastLine);
        return [.. answer.RootElement.GetProperty("lines").EnumerateArray().Select(line => (IReadOnlyList<(string, string)>)
            [.. line.GetProperty("changes").EnumerateArray().Select(change => (change.GetProperty("at").GetString()!, change.GetProperty("state").GetString()!))])];
    }
}
