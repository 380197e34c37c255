using Grpc.Core;

namespace Crux.Client;

/// <summary>What programs can read of a failed call, beside its status: the trailers of the <c>RpcException</c>.</summary>
public static class CruxTrailers
{
    /// <summary>Why the call failed, as one word: <c>exception.Trailers.GetValue(CruxTrailers.Reason)</c>.</summary>
    public const string Reason = "crux-reason";

    /// <summary>The selector that was called. <see cref="CruxFailure.Of"/> reads all of these.</summary>
    public const string Service = "crux-service";

    /// <summary>One for each instance that was tried, oldest first: instance, net id, reason, and the problem in words, with spaces between them.</summary>
    public const string Tried = "crux-tried";

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

    /// <summary>The reason of a call that its instance refused, with UNAVAILABLE or without having begun it, and so did all that it was placed with.</summary>
    public const string Refused = "refused";

    /// <summary>The reason of an attempt whose connection broke while the instance had the call.</summary>
    public const string Lost = "lost";

    /// <summary>The reason of a call that was allowed when it began, and that a change of the flock's rules has ended.</summary>
    public const string Revoked = "revoked";

    /// <summary>
    /// Set by a service on a call that it refuses without having begun it: the client then places the call again, whatever its
    /// method is. Throw <see cref="CruxFault.NotProcessed"/> for it. It is about one hop, and never handed to the client's caller.
    /// </summary>
    public const string NotProcessed = "crux-not-processed";

    /// <summary>Whether anything here speaks of one hop.</summary>
    internal static bool HasOwn(Metadata trailers) => trailers.Any(IsOwn);

    /// <summary>A copy of what is not Crux's.</summary>
    internal static Metadata WithoutOwn(Metadata trailers)
    {
        var rest = new Metadata();
        foreach (var entry in trailers)
        {
            if (!IsOwn(entry))
                rest.Add(entry);
        }
        return rest;
    }

    private static bool IsOwn(Metadata.Entry entry) => entry.Key is Reason or Service or Tried or NotProcessed;
}
