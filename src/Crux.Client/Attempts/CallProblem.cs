using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Why a call failed: a word for programs, a sentence for people.</summary>
/// <param name="Reason">The value of the trailer <see cref="CruxTrailers.Reason"/>.</param>
internal sealed record CallProblem(string Reason, string Sentence)
{
    public RpcException ToException(StatusCode code, Exception? cause = null, Metadata? trailers = null)
    {
        var told = new Metadata();
        foreach (var entry in trailers ?? [])
        {
            if (entry.Key != CruxTrailers.Reason)
                told.Add(entry);
        }
        told.Add(CruxTrailers.Reason, Reason);
        return new RpcException(new Status(code, Sentence, cause), told);
    }
}
