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
}
