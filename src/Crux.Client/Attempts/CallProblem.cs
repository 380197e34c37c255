using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Why a call failed: facts for programs, a sentence for people.</summary>
internal sealed record CallProblem(CruxFailure Failure, string Sentence)
{
    /// <summary>
    /// What the caller gets. Of <paramref name="trailers"/>, which came with the answer, Crux's own are dropped: they are about that hop.
    /// </summary>
    public RpcException ToException(StatusCode code, Exception? cause = null, Metadata? trailers = null)
    {
        var told = CruxTrailers.WithoutOwn(trailers ?? []);
        Failure.WriteTo(told);
        return new RpcException(new Status(code, Sentence, cause), told);
    }
}
