using Crux.Client.Attempts;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Crux.Client.Hosting;

/// <summary>
/// Takes Crux's trailers off failures that a handler heard from a call of its own and lets escape. gRPC copies them into the answer,
/// where they would say of this call what was true of that one: "not processed", and so repeated, though it was half done.
/// </summary>
internal sealed class HopInterceptor : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (RpcException failure) when (IsHeard(failure))
        {
            throw OfThisHop(failure);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (RpcException failure) when (IsHeard(failure))
        {
            throw OfThisHop(failure);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (RpcException failure) when (IsHeard(failure))
        {
            throw OfThisHop(failure);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (RpcException failure) when (IsHeard(failure))
        {
            throw OfThisHop(failure);
        }
    }

    private static bool IsHeard(RpcException failure) => failure is not NotProcessedException && CruxTrailers.HasOwn(failure.Trailers);

    private static RpcException OfThisHop(RpcException failure) => new(failure.Status, CruxTrailers.WithoutOwn(failure.Trailers));
}
