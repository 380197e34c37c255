using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Client.Tests;

/// <summary>What one hop knows of a call is no news of the hop before it.</summary>
public sealed class HopTests
{
    [Fact]
    public async Task A_call_that_began_is_not_repeated_because_a_call_within_it_was_not_processed()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var far = await TestService.StartAsync(node.Socket, "burble1_1");
        await using var near = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var onward = CruxChannel.For("burble1", options => options.Socket = node.Socket);
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var (begun, asked) = (0, 0);
        far.Names.BeforeAnswer = () =>
        {
            asked++;
            throw CruxFault.NotProcessed(StatusCode.ResourceExhausted, "overloaded");
        };
        near.Names.BeforeAnswer = async () =>
        {
            begun++;
            await RegisterAsync(onward);
        };

        var failure = await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(channel));

        Assert.Equal((1, 5), (begun, asked));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Contains("burble1_1 on node1:", failure.Status.Detail, StringComparison.Ordinal);
        Assert.False(CruxTrailers.HasOwn(failure.Trailers));
    }

    [Fact]
    public async Task A_mark_that_a_handler_heard_on_a_plain_channel_goes_no_further()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var near = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var begun = 0;
        near.Names.BeforeAnswer = () =>
        {
            begun++;
            // As it comes out of any gRPC client, whoever made it.
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "not now"), new Metadata { { CruxTrailers.NotProcessed, "1" }, { "field", "name" } });
        };

        var failure = await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(channel));

        Assert.Equal((1, "not now", "name"), (begun, failure.Status.Detail, failure.Trailers.GetValue("field")));
    }

    [Fact]
    public async Task Why_a_call_within_it_failed_is_not_taken_for_why_this_one_did()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var near = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var begun = 0;
        near.Names.BeforeAnswer = () =>
        {
            begun++;
            throw new RpcException(new Status(StatusCode.Unavailable, "burble1 was lost"), new Metadata { { CruxTrailers.Reason, CruxTrailers.Indeterminate } });
        };

        var failure = await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(channel));
        Assert.Equal((1, CruxTrailers.Refused), (begun, failure.Trailers.GetValue(CruxTrailers.Reason)));
        Assert.Contains("galumph2_3 on node1:", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("burble1 was lost", failure.Status.Detail, StringComparison.Ordinal);

        begun = 0;
        var client = new Galumph.GalumphClient(channel);
        await Assert.ThrowsAsync<RpcException>(async () => await client.TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(5, begun);
    }

    [Fact]
    public async Task A_reason_from_a_server_that_passes_it_on_is_dropped_too()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var near = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        // Set on the answer itself: what a server of another make may send.
        near.Names.Trailers = new Metadata { { CruxTrailers.Reason, CruxTrailers.Indeterminate } };
        near.Names.BeforeAnswer = () => throw new RpcException(new Status(StatusCode.InvalidArgument, "no name"));

        var failure = await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(channel));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Null(failure.Trailers.Get(CruxTrailers.Reason));
    }

    private static async Task<RegisterReply> RegisterAsync(ChannelBase channel) =>
        await new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "once" }, cancellationToken: TestContext.Current.CancellationToken);
}
