using Crux.Client.Selection;
using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>One unary call as its caller sees it, made of one or more attempts.</summary>
internal sealed class UnaryAttempts<TResponse>(Route route, CallNote note, AttemptRules rules, Func<AsyncUnaryCall<TResponse>> start, CancellationToken cancelled)
{
    private readonly CancellationTokenSource _disposed = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile AsyncUnaryCall<TResponse>? _attempt;
    private RpcException? _failure;

    public AsyncUnaryCall<TResponse> Start()
    {
        var response = RunAsync();
        return new AsyncUnaryCall<TResponse>(response, _headers.Task, GetStatus, GetTrailers, Dispose);
    }

    private async Task<TResponse> RunAsync()
    {
        CallNote.Current = note;
        while (true)
        {
            var attempt = start();
            _attempt = attempt;
            try
            {
                var response = await attempt.ResponseAsync;
                _headers.TrySetResult(await attempt.ResponseHeadersAsync);
                ClientTelemetry.CountCall(route.Selector.Name, "ok");
                return response;
            }
            catch (RpcException failure) when (!_disposed.IsCancellationRequested && rules.MayRepeat(failure))
            {
                attempt.Dispose();
                if (!await IsPreparedAsync(failure))
                    throw Fail(failure);
            }
            catch (RpcException failure)
            {
                throw Fail(failure);
            }
        }
    }

    private async Task<bool> IsPreparedAsync(RpcException failure)
    {
        try
        {
            await rules.PrepareNextAsync(failure, _disposed.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private RpcException Fail(RpcException failure)
    {
        _failure = _disposed.IsCancellationRequested ? failure : rules.Explain(failure);
        ClientTelemetry.CountCall(route.Selector.Name, _failure.StatusCode.ToString());
        _headers.TrySetException(_failure);
        // Observed: whoever doesn't ask for the headers must not be told that nobody did.
        _ = _headers.Task.Exception;
        return _failure;
    }

    private Status GetStatus() => _failure?.Status ?? _attempt!.GetStatus();

    private Metadata GetTrailers() => _failure?.Trailers ?? _attempt!.GetTrailers();

    private void Dispose()
    {
        _disposed.Cancel();
        _attempt?.Dispose();
    }
}
