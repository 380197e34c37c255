using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Reads a stream, and makes its failure say which instance was lost.</summary>
internal sealed class ExplainingReader<T>(IAsyncStreamReader<T> inner, AttemptRules rules) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await inner.MoveNext(cancellationToken);
        }
        catch (RpcException failure)
        {
            throw rules.Explain(failure);
        }
    }
}
