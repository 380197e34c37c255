using Grpc.Core;
using Grpc.Health.V1;

namespace Crux.Client.Tests;

public sealed class StreamingTests
{
    [Fact]
    public async Task A_stream_is_placed_like_any_call_and_its_loss_names_the_instance()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        using var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: cancel);

        Assert.True(await call.ResponseStream.MoveNext(cancel));
        var next = call.ResponseStream.MoveNext(cancel);
        channel.Route.Ready[0].Abort();

        var failure = await Assert.ThrowsAsync<RpcException>(() => next);
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("galumph2_3 on node1:", failure.Status.Detail, StringComparison.Ordinal);
        await service.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_without_a_deadline_waits_for_an_instance_as_long_as_a_call_would()
    {
        await using var channel = CruxChannel.For("galumph2", options =>
        {
            options.Socket = "/nowhere/reeve.sock";
            options.DefaultDeadline = TimeSpan.FromMilliseconds(200);
        });
        using var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("/nowhere/reeve.sock", failure.Status.Detail, StringComparison.Ordinal);
    }
}
