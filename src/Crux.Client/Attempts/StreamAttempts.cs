using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>One server-streaming call as its caller sees it; repeated, where that does no harm, until the first message has come.</summary>
internal sealed class StreamAttempts<TResponse>(CallNote note, AttemptRules rules, Func<AsyncServerStreamingCall<TResponse>> start, CancellationToken cancelled)
    : IAsyncStreamReader<TResponse>, IDisposable
{
    // Not linked to the caller's token: a link lasts as long as that token, and most callers never dispose a call.
    private readonly CancellationTokenSource _disposed = new();
    private AsyncServerStreamingCall<TResponse> _attempt = null!;
    private RpcException? _failure;
    private bool _hasMessage;

    private bool IsOver => _disposed.IsCancellationRequested || cancelled.IsCancellationRequested;

    public TResponse Current => _attempt.ResponseStream.Current;

    public AsyncServerStreamingCall<TResponse> Start()
    {
        _attempt = AttemptsInterceptor.Flow(note, start);
        return new AsyncServerStreamingCall<TResponse>(
            this,
            _attempt.ResponseHeadersAsync,
            () => _failure?.Status ?? _attempt.GetStatus(),
            () => _failure?.Trailers ?? _attempt.GetTrailers(),
            Dispose);
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var hasNext = await _attempt.ResponseStream.MoveNext(cancellationToken);
                _hasMessage |= hasNext;
                return hasNext;
            }
            catch (RpcException failure) when (!_hasMessage && !IsOver && !cancellationToken.IsCancellationRequested && rules.MayRepeat(failure))
            {
                _attempt.Dispose();
                if (!await rules.IsPreparedAsync(failure, _disposed.Token, cancelled, cancellationToken))
                    throw _failure = AttemptRules.CancelledInPause(failure);
                _attempt = AttemptsInterceptor.Flow(note, start);
                if (_disposed.IsCancellationRequested)
                    _attempt.Dispose();
            }
            catch (RpcException failure)
            {
                _failure = IsOver ? AttemptRules.AsAnswered(failure) : rules.Explain(failure);
                throw _failure;
            }
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _attempt.Dispose();
    }
}
