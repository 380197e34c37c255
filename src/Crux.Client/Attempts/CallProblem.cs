using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Why a call failed: a word for programs, a sentence for people.</summary>
/// <param name="Reason">The value of the trailer <see cref="ReasonTrailer"/>.</param>
internal sealed record CallProblem(string Reason, string Sentence)
{
    /// <summary>The trailer that tells programs why a call failed.</summary>
    public const string ReasonTrailer = CruxTrailers.Reason;

    /// <summary>The trailer by which a server says that it did not process the call.</summary>
    public const string NotProcessedTrailer = "crux-not-processed";

    public const string NoReeve = "no-reeve";
    public const string NoInstance = "no-instance";
    public const string Unreachable = "unreachable";
    public const string NotProcessed = "not-processed";
    public const string Indeterminate = CruxTrailers.Indeterminate;
    public const string Deadline = "deadline";
    public const string Refused = "unavailable";

    public RpcException ToException(StatusCode code, Exception? cause = null, Metadata? trailers = null)
    {
        var told = new Metadata();
        foreach (var entry in trailers ?? [])
        {
            if (entry.Key != ReasonTrailer)
                told.Add(entry);
        }
        told.Add(ReasonTrailer, Reason);
        return new RpcException(new Status(code, Sentence, cause), told);
    }
}
