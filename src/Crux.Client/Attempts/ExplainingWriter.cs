using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Writes a stream of requests, and makes its failure say which instance was lost.</summary>
internal sealed class ExplainingWriter<T>(IClientStreamWriter<T> inner, AttemptRules rules) : IClientStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(T message) => ExplainAsync(inner.WriteAsync(message));

    public Task WriteAsync(T message, CancellationToken cancellationToken) => ExplainAsync(inner.WriteAsync(message, cancellationToken));

    public Task CompleteAsync() => ExplainAsync(inner.CompleteAsync());

    private async Task ExplainAsync(Task write)
    {
        try
        {
            await write;
        }
        catch (RpcException failure)
        {
            throw rules.Explain(failure);
        }
    }
}
