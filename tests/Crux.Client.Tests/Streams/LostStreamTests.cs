using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Client.Tests.Streams;

public sealed class LostStreamTests
{
    private static readonly StringValue Word = new() { Value = "word" };

    [Fact]
    public async Task Until_the_first_message_a_stream_that_may_be_repeated_is()
    {
        await using var stage = await Stage.SetAsync();
        stage.Script.Run = async (call, _, told, cancel) =>
        {
            switch (call)
            {
                case 1:
                    throw new RpcException(new Status(StatusCode.Unavailable, "later"));
                case 2:
                    stage.Relay.Cut();
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
                    return;
                default:
                    await told!.WriteAsync(Word, cancel);
                    return;
            }
        };
        using var call = stage.Caller.AsyncServerStreamingCall(StreamService.TellMethod, null, new(cancellationToken: Cancel), Word);

        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal(("word", 3), (call.ResponseStream.Current.Value, stage.Script.Begun));
        Assert.False(await call.ResponseStream.MoveNext(Cancel));
    }

    [Fact]
    public async Task After_the_first_message_no_stream_is_repeated_and_its_loss_names_the_instance()
    {
        await using var stage = await Stage.SetAsync();
        stage.Script.Run = async (_, _, told, cancel) =>
        {
            await told!.WriteAsync(Word, cancel);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        };
        using var call = stage.Caller.AsyncServerStreamingCall(StreamService.TellMethod, null, new(cancellationToken: Cancel), Word);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));

        stage.Relay.Cut();

        stage.IsLoss(await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancel)));
    }

    [Fact]
    public async Task A_stream_of_requests_over_a_lost_connection_ends_indeterminate_and_is_not_repeated()
    {
        await using var stage = await Stage.SetAsync();
        var heard = Hear(stage);
        using var call = stage.Caller.AsyncClientStreamingCall(StreamService.CollectMethod, null, new(cancellationToken: Cancel));
        await call.RequestStream.WriteAsync(Word, Cancel);
        await heard;

        stage.Relay.Cut();

        stage.IsLoss(await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync));
        stage.IsLoss(await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(Word, Cancel)));
    }

    [Fact]
    public async Task A_conversation_over_a_lost_connection_ends_indeterminate_and_is_not_repeated()
    {
        await using var stage = await Stage.SetAsync();
        var heard = Hear(stage);
        using var call = stage.Caller.AsyncDuplexStreamingCall(StreamService.TalkMethod, null, new(cancellationToken: Cancel));
        await call.RequestStream.WriteAsync(Word, Cancel);
        await heard;
        var next = call.ResponseStream.MoveNext(Cancel);

        stage.Relay.Cut();

        stage.IsLoss(await Assert.ThrowsAsync<RpcException>(() => next));
        stage.IsLoss(await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(Word, Cancel)));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Lets the service read one message and then say nothing; completes when it has.</summary>
    private static Task Hear(Stage stage)
    {
        var heard = new TaskCompletionSource();
        stage.Script.Run = async (_, words, _, cancel) =>
        {
            await words!.MoveNext(cancel);
            heard.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        };
        return heard.Task;
    }

    private sealed class Stage(LocalNode node, LocalNode elsewhere, TestService service, Relay relay, IDisposable point, CruxChannel channel, StreamScript script) : IAsyncDisposable
    {
        public Relay Relay => relay;

        public StreamScript Script => script;

        public CallInvoker Caller { get; } = channel.CreateCallInvoker();

        public static async Task<Stage> SetAsync()
        {
            var node = await LocalNode.StartNewAsync();
            var elsewhere = await LocalNode.StartNewAsync();
            elsewhere.View.Add(node.Self);
            node.View.Add(elsewhere.Self);
            var script = new StreamScript();
            var service = await TestService.StartAsync(elsewhere.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero, builder =>
            {
                builder.Services.AddSingleton(script);
                builder.AddCruxService<StreamService>("streams1_1");
            });
            var relay = new Relay(service.Address);
            var point = await node.RegisterAsync("streams1_1", relay.Address, service.Pin);
            var channel = CruxChannel.For("streams1", options =>
            {
                options.Socket = node.Socket;
                foreach (var method in (string[])["Tell", "Collect", "Talk"])
                    options.IdempotentMethods.Add($"{StreamService.Name}/{method}");
            });
            await Eventually.True(() => channel.Route.Ready.Count == 1, "connected");
            return new Stage(node, elsewhere, service, relay, point, channel, script);
        }

        public void IsLoss(RpcException failure)
        {
            Assert.Equal((StatusCode.Unavailable, CruxTrailers.Indeterminate), (failure.StatusCode, failure.Trailers.Get(CruxTrailers.Reason)?.Value));
            Assert.Contains($"streams1_1 on node1:{relay.Address.Port} was lost", failure.Status.Detail, StringComparison.Ordinal);
            Assert.Equal(1, script.Begun);
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            point.Dispose();
            await relay.DisposeAsync();
            await service.DisposeAsync();
            await elsewhere.DisposeAsync();
            await node.DisposeAsync();
        }
    }
}
