using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Crux.Services;

/// <summary>How long an open stream lives: until its caller goes, or the node stops. A stop must never wait for a stream.</summary>
internal sealed class StreamLife(ServerCallContext context, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly CancellationTokenSource _linked =
        CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);

    /// <summary>Cancelled at the end of the life.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Whether it has ended.</summary>
    public bool IsOver => _linked.IsCancellationRequested;

    /// <summary>Reads the next request; false at the stream's end, also where the caller broke it off.</summary>
    public async Task<bool> MoveNextAsync<T>(IAsyncStreamReader<T> requests)
    {
        try
        {
            return await requests.MoveNext(Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && context.CancellationToken.IsCancellationRequested)
        {
            // The caller is gone without a word, which is news for the caller of this method and no error.
            return false;
        }
    }

    /// <summary>Tells the caller, if it is the node that ends the stream.</summary>
    public void ThrowIfNodeStops()
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            throw RpcFault.Stopping();
    }

    public void Dispose() => _linked.Dispose();
}
