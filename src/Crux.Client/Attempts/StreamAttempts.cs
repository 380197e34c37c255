using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>One server-streaming call as its caller sees it; repeated, where that does no harm, until the first message has come.</summary>
internal sealed class StreamAttempts<TResponse>(CallNote note, AttemptRules rules, Func<AsyncServerStreamingCall<TResponse>> start, CancellationToken cancelled)
    : IAsyncStreamReader<TResponse>
{
    private readonly CancellationTokenSource _disposed = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
    private AsyncServerStreamingCall<TResponse> _attempt = null!;
    private RpcException? _failure;
    private bool _hasMessage;

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
            catch (RpcException failure) when (!_hasMessage && !_disposed.IsCancellationRequested && !cancellationToken.IsCancellationRequested && rules.MayRepeat(failure))
            {
                _attempt.Dispose();
                await rules.PrepareNextAsync(failure, _disposed.Token);
                _attempt = AttemptsInterceptor.Flow(note, start);
            }
            catch (RpcException failure)
            {
                _failure = _disposed.IsCancellationRequested ? failure : rules.Explain(failure);
                throw _failure;
            }
        }
    }

    private void Dispose()
    {
        _disposed.Cancel();
        _attempt.Dispose();
    }
}
