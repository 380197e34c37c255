using Crux.Client.Selection;
using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>One unary call as its caller sees it, made of one or more attempts.</summary>
internal sealed class UnaryAttempts<TResponse>(Route route, CallNote note, AttemptRules rules, Func<AsyncUnaryCall<TResponse>> start, CancellationToken cancelled)
    : IDisposable
{
    // Not linked to the caller's token: a link lasts as long as that token, and most callers never dispose a call.
    private readonly CancellationTokenSource _disposed = new();
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile AsyncUnaryCall<TResponse>? _attempt;
    private RpcException? _failure;

    private bool IsOver => _disposed.IsCancellationRequested || cancelled.IsCancellationRequested;

    public AsyncUnaryCall<TResponse> Start()
    {
        var response = RunAsync();
        return new AsyncUnaryCall<TResponse>(response, _headers.Task, GetStatus, GetTrailers, Dispose);
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _attempt?.Dispose();
    }

    private async Task<TResponse> RunAsync()
    {
        CallNote.Current = note;
        try
        {
            while (true)
            {
                var attempt = start();
                _attempt = attempt;
                if (_disposed.IsCancellationRequested)
                    attempt.Dispose();
                try
                {
                    var response = await attempt.ResponseAsync;
                    _headers.TrySetResult(await attempt.ResponseHeadersAsync);
                    ClientTelemetry.CountCall(route.Selector.Name, "ok");
                    return response;
                }
                catch (RpcException failure) when (!IsOver && rules.MayRepeat(failure))
                {
                    attempt.Dispose();
                    if (!await rules.IsPreparedAsync(failure, _disposed.Token, cancelled))
                        throw Fail(AttemptRules.CancelledInPause(failure));
                }
                catch (RpcException failure)
                {
                    throw Fail(failure);
                }
            }
        }
        catch (Exception failure)
        {
            // A channel that is disposed throws something else than gRPC does; whoever waits for the headers learns of that too.
            _headers.TrySetException(failure);
            // Observed: whoever doesn't ask for the headers must not be told that nobody did.
            _ = _headers.Task.Exception;
            throw;
        }
    }

    private RpcException Fail(RpcException failure)
    {
        _failure = IsOver ? AttemptRules.AsAnswered(failure) : rules.Explain(failure);
        ClientTelemetry.CountCall(route.Selector.Name, _failure.StatusCode.ToString());
        return _failure;
    }

    private Status GetStatus() => _failure?.Status ?? Placed().GetStatus();

    private Metadata GetTrailers() => _failure?.Trailers ?? Placed().GetTrailers();

    private AsyncUnaryCall<TResponse> Placed() => _attempt ?? throw new InvalidOperationException("The call was not placed: its channel is closed.");
}
