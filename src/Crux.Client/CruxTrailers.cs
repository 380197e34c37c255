namespace Crux.Client;

/// <summary>What programs can read of a failed call, beside its status: the trailers of the <c>RpcException</c>.</summary>
public static class CruxTrailers
{
    /// <summary>Why the call failed, as one word: <c>exception.Trailers.GetValue(CruxTrailers.Reason)</c>.</summary>
    public const string Reason = "crux-reason";

    /// <summary>
    /// The reason of a call that its instance had when it was lost: whether it was carried out is unknown, and it is not declared
    /// idempotent, so it was not repeated.
    /// </summary>
    public const string Indeterminate = "indeterminate";

    /// <summary>The reason of a call that found no reeve on this machine to ask.</summary>
    public const string NoReeve = "no-reeve";

    /// <summary>The reason of a call for which no instance was on offer.</summary>
    public const string NoInstance = "no-instance";

    /// <summary>The reason of a call for which instances were on offer, and none could be reached.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The reason of a call whose deadline passed while an instance had it.</summary>
    public const string Deadline = "deadline";

    /// <summary>The reason of a call that its instance refused with UNAVAILABLE.</summary>
    public const string Refused = "refused";

    /// <summary>
    /// Set by a service, with any value, on a call that it refuses without having begun it: the client then places the call again,
    /// whatever its method is.
    /// </summary>
    public const string NotProcessed = "crux-not-processed";
}
