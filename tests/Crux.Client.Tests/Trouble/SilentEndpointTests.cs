using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Client.Tests.Trouble;

/// <summary>Somebody accepts, and nothing comes back: before TLS, and after the call.</summary>
public sealed class SilentEndpointTests
{
    private static readonly TimeSpan ShortLimit = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task One_that_accepts_connections_and_says_nothing_is_passed_over()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var old = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var relay = new Relay(old.Address);
        relay.Silence();
        using var silent = await node.RegisterAsync("galumph2_4", relay.Address, old.Pin);
        await node.UntilListedAsync("galumph2", offers => offers.Count == 2, "both");
        await using var channel = CruxChannel.For("galumph2", options => (options.Socket, options.ConnectTimeout) = (node.Socket, ShortLimit));

        var reply = await new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("galumph2_3", reply.ServedBy);
    }

    [Fact]
    public async Task Where_there_is_no_other_the_deadline_holds_and_the_failure_names_it()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var elsewhere = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(elsewhere.Socket, "galumph2_3");
        await using var relay = new Relay(service.Address);
        relay.Silence();
        using var silent = await node.RegisterAsync("galumph2_3", relay.Address, service.Pin);
        await using var channel = CruxChannel.For("galumph2", options => (options.Socket, options.ConnectTimeout) = (node.Socket, ShortLimit));
        var client = new Galumph.GalumphClient(channel);

        var failure = await Eventually.Fails(
            async () => await client.RegisterAsync(new GalumphInstance { Name = "j" }, deadline: DateTime.UtcNow.AddSeconds(1), cancellationToken: TestContext.Current.CancellationToken),
            "no answer within 0.3 s of connecting");

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        var told = CruxFailure.Of(failure)!;
        Assert.Equal((CruxTrailers.Unreachable, "crux:///galumph2"), (told.Reason, told.Service));
        Assert.Equal([new CruxAttempt("galumph2_3", $"node1:{relay.Address.Port}", CruxTrailers.Unreachable, "no answer within 0.3 s of connecting")], told.Tried);
    }

    [Fact]
    public async Task One_that_takes_a_call_and_never_answers_has_it_until_the_deadline_and_no_longer()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var one = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var other = await TestService.StartAsync(node.Socket, "galumph2_3");
        await node.UntilListedAsync("galumph2", offers => offers.Count == 2, "both");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        await Eventually.True(() => channel.Route.Ready.Count == 2, "both connected");
        var (arrived, never) = (0, new TaskCompletionSource());
        foreach (var service in (TestService[])[one, other])
        {
            service.Names.BeforeAnswer = () =>
            {
                Interlocked.Increment(ref arrived);
                return never.Task;
            };
        }

        // Idempotent, and all the same: whoever has it may still answer, until there is nobody left to hear it.
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), deadline: DateTime.UtcNow.AddSeconds(1), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((1, StatusCode.DeadlineExceeded), (arrived, failure.StatusCode));
        var told = CruxFailure.Of(failure)!;
        Assert.Equal((CruxTrailers.Deadline, "galumph2_3", CruxTrailers.Deadline), (told.Reason, Assert.Single(told.Tried).Instance, told.Tried[0].Reason));
        never.SetResult();
    }
}
