using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Why a call failed: a word for programs, a sentence for people.</summary>
/// <param name="Reason">The value of the trailer <see cref="CruxTrailers.Reason"/>.</param>
internal sealed record CallProblem(string Reason, string Sentence)
{
    /// <summary>
    /// What the caller gets. Of <paramref name="trailers"/>, which came with the answer, Crux's own are dropped: they are about that hop.
    /// </summary>
    public RpcException ToException(StatusCode code, Exception? cause = null, Metadata? trailers = null)
    {
        var told = CruxTrailers.WithoutOwn(trailers ?? []);
        told.Add(CruxTrailers.Reason, Reason);
        return new RpcException(new Status(code, Sentence, cause), told);
    }
}
