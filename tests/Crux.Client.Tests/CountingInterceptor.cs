using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Crux.Client.Tests;

/// <summary>Counts the calls that it sees.</summary>
public sealed class CountingInterceptor : Interceptor
{
    private int _calls;

    public int Calls => _calls;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        Interlocked.Increment(ref _calls);
        return continuation(request, context);
    }
}
