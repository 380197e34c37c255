using Crux.Client.Selection;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Crux.Client.Attempts;

/// <summary>
/// The innermost layer of a client: gives unary calls a deadline, repeats calls where that does no harm, and makes failures say
/// which selector, which instance and why.
/// </summary>
internal sealed class AttemptsInterceptor(Route route) : Interceptor
{
    private readonly Idempotency _idempotency = new(route.Options.IdempotentMethods);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var bounded = WithDeadline(context);
        var note = new CallNote();
        return new UnaryAttempts<TResponse>(route, note, Rules(bounded, note), () => continuation(request, bounded), bounded.Options.CancellationToken).Start();
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var bounded = WithDeadline(context);
        var note = new CallNote();
        var rules = Rules(bounded, note);
        while (true)
        {
            try
            {
                CallNote.Current = note;
                var response = continuation(request, bounded);
                ClientTelemetry.CountCall(route.Selector.Name, "ok");
                return response;
            }
            catch (RpcException failure)
            {
                if (!rules.MayRepeat(failure))
                {
                    ClientTelemetry.CountCall(route.Selector.Name, failure.StatusCode.ToString());
                    throw rules.Explain(failure);
                }
                if (!rules.IsPreparedAsync(failure, bounded.Options.CancellationToken).GetAwaiter().GetResult())
                    throw AttemptRules.CancelledInPause(failure);
            }
            finally
            {
                CallNote.Current = null;
            }
        }
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var note = Streaming(context);
        return new StreamAttempts<TResponse>(note, Rules(context, note), () => continuation(request, context), context.Options.CancellationToken).Start();
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var note = Streaming(context);
        var rules = Rules(context, note);
        var call = Flow(note, () => continuation(context));
        return new(new ExplainingWriter<TRequest>(call.RequestStream, rules), ExplainAsync(call.ResponseAsync, rules), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var note = Streaming(context);
        var rules = Rules(context, note);
        var call = Flow(note, () => continuation(context));
        return new(new ExplainingWriter<TRequest>(call.RequestStream, rules), new ExplainingReader<TResponse>(call.ResponseStream, rules), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    /// <summary>Starts a call with its note in the flow, and takes the note out of the caller's flow again.</summary>
    internal static T Flow<T>(CallNote note, Func<T> start)
    {
        var before = CallNote.Current;
        CallNote.Current = note;
        try
        {
            return start();
        }
        finally
        {
            CallNote.Current = before;
        }
    }

    private static async Task<T> ExplainAsync<T>(Task<T> response, AttemptRules rules)
    {
        try
        {
            return await response;
        }
        catch (RpcException failure)
        {
            throw rules.Explain(failure);
        }
    }

    private CallNote Streaming<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class =>
        new()
        {
            WaitLimit = context.Options.Deadline is null ? route.Options.DefaultDeadline : Timeout.InfiniteTimeSpan,
            IsRequestStream = context.Method.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming,
        };

    private AttemptRules Rules<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context, CallNote note)
        where TRequest : class where TResponse : class =>
        new(route, note, _idempotency.MayRepeat(context.Method, typeof(TRequest), typeof(TResponse)), context.Options.Deadline ?? DateTime.MaxValue);

    private ClientInterceptorContext<TRequest, TResponse> WithDeadline<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class =>
        context.Options.Deadline is null
            ? new(context.Method, context.Host, context.Options.WithDeadline(DateTime.UtcNow + route.Options.DefaultDeadline))
            : context;
}
