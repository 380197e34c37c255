using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Crux.Node;

/// <summary>Tells a stream's caller why it ended when the node stops: UNAVAILABLE, so that it comes again, and not a success or an unknown error.</summary>
internal sealed class QuitInterceptor(CancellationToken quit) : Interceptor
{
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        WithQuit(continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        WithQuit(Returning(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        WithQuit(Returning(continuation(requestStream, responseStream, context)));

    private static async Task<bool> Returning(Task call)
    {
        await call;
        return true;
    }

    private async Task<T> WithQuit<T>(Task<T> call)
    {
        try
        {
            var result = await call;
            return quit.IsCancellationRequested ? throw Stopping() : result;
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException && quit.IsCancellationRequested)
        {
            throw Stopping();
        }
    }

    private static RpcException Stopping() => new(new Status(StatusCode.Unavailable, "This node's fulcrum is stopping; call again."));
}
