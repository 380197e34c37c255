using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Client.Tests;

public sealed class RetryTests
{
    [Fact]
    public async Task An_idempotent_method_is_repeated_and_another_is_not()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);
        var seen = FailTimes(service, 2, new RpcException(new Status(StatusCode.Unavailable, "later")));

        await client.TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, seen());

        seen = FailTimes(service, 1, new RpcException(new Status(StatusCode.Unavailable, "later")));
        var failure = await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(client));
        Assert.Equal((1, StatusCode.Unavailable), (seen(), failure.StatusCode));
        Assert.Contains("galumph2_3 on node1:", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_the_service_did_not_process_is_repeated_whatever_it_is()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var seen = FailTimes(service, 1, () => CruxFault.NotProcessed(StatusCode.ResourceExhausted, "full"));

        var reply = await RegisterAsync(new Galumph.GalumphClient(channel));

        Assert.Equal((2, 1u), (seen(), reply.Count));
    }

    [Fact]
    public async Task A_method_named_in_the_options_is_repeated_up_to_the_limit_of_attempts()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options =>
        {
            options.Socket = node.Socket;
            options.MaxAttempts = 3;
            options.IdempotentMethods.Add("galumph.v2.Galumph/Register");
        });
        var seen = FailTimes(service, int.MaxValue, new RpcException(new Status(StatusCode.Unavailable, "never")));

        var failure = await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(new Galumph.GalumphClient(channel)));

        Assert.Equal(3, seen());
        Assert.Contains("Tried before", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_service_says_itself_is_passed_on_as_it_is()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var seen = FailTimes(service, 1, new RpcException(new Status(StatusCode.InvalidArgument, "no name"), new Metadata { { "field", "name" } }));

        var failure = await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(new Galumph.GalumphClient(channel)));

        Assert.Equal((1, StatusCode.InvalidArgument, "no name", "name"), (seen(), failure.StatusCode, failure.Status.Detail, failure.Trailers.GetValue("field")));
    }

    [Fact]
    public async Task A_blocking_call_is_repeated_too()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);
        var seen = FailTimes(service, 1, new RpcException(new Status(StatusCode.Unavailable, "later")));

        await Task.Run(() => client.Table(new TableRequest()), TestContext.Current.CancellationToken);

        Assert.Equal(2, seen());
    }

    [Fact]
    public async Task A_call_on_a_closed_channel_leaves_nobody_waiting()
    {
        var channel = CruxChannel.For("galumph2", options => options.Socket = "/nowhere/reeve.sock");
        await channel.DisposeAsync();
        var call = new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.ResponseAsync);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.ResponseHeadersAsync);
        Assert.Contains("its channel is closed", Assert.Throws<InvalidOperationException>(() => call.GetStatus()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_between_two_attempts_is_cancelled()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => (options.Socket, options.MaxAttempts) = (node.Socket, 20));
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        service.Names.BeforeAnswer = () =>
        {
            // By now the pauses are 250 ms, and nearly all of the time is spent in them.
            if (++seen == 6)
                cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
            throw CruxFault.NotProcessed(StatusCode.Unavailable, "later");
        };

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: cancel.Token));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    private static async Task<RegisterReply> RegisterAsync(Galumph.GalumphClient client) =>
        await client.RegisterAsync(new GalumphInstance { Name = "once" }, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Returns how many calls have arrived since.</summary>
    private static Func<int> FailTimes(TestService service, int times, RpcException failure) =>
        FailTimes(service, times, () => new RpcException(failure.Status, failure.Trailers));

    private static Func<int> FailTimes(TestService service, int times, Func<RpcException> failure)
    {
        var seen = 0;
        service.Names.BeforeAnswer = () => Interlocked.Increment(ref seen) <= times ? throw failure() : Task.CompletedTask;
        return () => seen;
    }
}
