using Crux.Protos.Samples;
using Crux.Testing;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Client.Tests.Trouble;

/// <summary>What is read at three in the morning: each cause has words of its own, and of identity speaks only who was refused for it.</summary>
public sealed class ReasonTextTests
{
    private static readonly NodeId There = new(2, 2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_connection_that_is_cut_was_lost() => Loses("the connection was lost", (relay, _, _) =>
    {
        relay.Cut();
        return Task.CompletedTask;
    });

    [Fact]
    public Task An_instance_that_is_killed_was_lost_with_its_connection() => Loses("the connection was lost", (_, service, _) => service.App.KillAsync());

    [Fact]
    public Task Whoever_goes_with_its_node_went_by_the_flocks_verdict() => Loses("its node is gone, says the flock, so the connection was cut", (relay, _, gone) =>
    {
        relay.Silence();
        gone();
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Whoever_is_refused_for_its_key_reads_of_identity()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var elsewhere = await LocalNode.StartNewAsync();
        // There, nobody knows the node that vouches for the caller.
        node.View.Add(elsewhere.Self);
        await using var service = await TestService.StartAsync(elsewhere.Socket, "galumph2_3");
        using var point = await node.RegisterAsync("galumph2_3", service.Address, service.Pin);
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);

        var failure = await Eventually.Fails(
            async () => await client.TableAsync(new TableRequest(), deadline: DateTime.UtcNow.AddSeconds(0.3), cancellationToken: Cancel), "doesn't accept this process's identity");

        Assert.Equal(CruxTrailers.Unreachable, CruxFailure.Of(failure)?.Reason);
        IsPlain(failure);
    }

    /// <summary>Has an instance lose a call in the way given, and compares the words; what is given: its network, itself, and the news that its node is gone.</summary>
    private static async Task Loses(string words, Func<Relay, TestService, Action, Task> lose)
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero);
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "the service");
        await using var relay = new Relay(service.Address);
        var offers = (await node.ListAsync("galumph2")).ToList();
        (offers[0].Entry.NodeId, offers[0].Entry.Address) = (ByteString.CopyFrom(There.ToArray()), relay.Address.ToString());
        await using var reeve = await ScriptedReeve.StartAsync(node);
        reeve.ShowNodes(node.Self.Id, There);
        reeve.Show(offers);
        await using var channel = CruxChannel.For("galumph2", options => (options.Socket, options.RescanPeriod, options.HoldPeriod) = (reeve.Socket, TimeSpan.Zero, TimeSpan.Zero));
        var arrived = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        service.Names.BeforeAnswer = () =>
        {
            arrived.TrySetResult();
            return never.Task;
        };
        var call = new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: Cancel);
        await arrived.Task;

        await lose(relay, service, () => reeve.ShowNodes(node.Self.Id));

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        never.SetResult();
        Assert.Contains($"galumph2_3 on node1:{service.Address.Port} was lost while it had the call, so whether the call was processed is unknown: {words}", failure.Status.Detail, StringComparison.Ordinal);
        Assert.StartsWith(words, Assert.Single(CruxFailure.Of(failure)!.Tried).Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("identity", failure.Status.Detail, StringComparison.Ordinal);
        IsPlain(failure);
    }

    private static void IsPlain(RpcException failure)
    {
        Assert.DoesNotContain("Object name", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LiveStream", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", failure.Status.Detail, StringComparison.Ordinal);
    }
}
