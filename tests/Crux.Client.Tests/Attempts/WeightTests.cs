using Crux.Client.Attempts;
using Crux.Protos.Samples;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Crux.Client.Tests.Attempts;

[Collection(AlonePlease.Name)]
public sealed class WeightTests
{
    private const int Calls = 20_000;
    private const long MostBytesPerCall = 40;

    private static readonly TableReply Reply = new();

    [Fact]
    public async Task Calls_leave_nothing_on_a_token_that_outlives_them()
    {
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = "/nowhere/reeve.sock");
        using var lifetime = new CancellationTokenSource();
        var interceptor = new AttemptsInterceptor(channel.Route);
        var unary = Method(MethodType.Unary);
        var streaming = Method(MethodType.ServerStreaming);
        var options = new CallOptions(cancellationToken: lifetime.Token);
        await PlaceAsync(interceptor, unary, streaming, options);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < Calls; i++)
            await PlaceAsync(interceptor, unary, streaming, options);

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Calls;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} B left by each pair of calls");
        Assert.True(each < MostBytesPerCall, $"Each pair of calls left {each} B behind.");
        GC.KeepAlive(lifetime);
    }

    private static async Task PlaceAsync(AttemptsInterceptor interceptor, Method<TableRequest, TableReply> unary, Method<TableRequest, TableReply> streaming, CallOptions options)
    {
        // Neither is disposed: hardly anybody does.
        await interceptor.AsyncUnaryCall(
            new TableRequest(), new ClientInterceptorContext<TableRequest, TableReply>(unary, null, options),
            (_, _) => new AsyncUnaryCall<TableReply>(Task.FromResult(Reply), Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty, () => { }));
        var stream = interceptor.AsyncServerStreamingCall(
            new TableRequest(), new ClientInterceptorContext<TableRequest, TableReply>(streaming, null, options),
            (_, _) => new AsyncServerStreamingCall<TableReply>(new EmptyStream(), Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty, () => { }));
        Assert.False(await stream.ResponseStream.MoveNext(CancellationToken.None));
    }

    private static Method<TableRequest, TableReply> Method(MethodType type) => new(
        type, "test.Weight", type.ToString(), Marshallers.Create(_ => [], _ => new TableRequest()), Marshallers.Create(_ => [], _ => Reply));

    private sealed class EmptyStream : IAsyncStreamReader<TableReply>
    {
        public TableReply Current => Reply;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
