using Crux.Client.Selection;

namespace Crux.Client.Attempts;

/// <summary>An instance that a call was tried on, and why that failed.</summary>
internal sealed record FailedAttempt(Endpoint Endpoint, CruxAttempt Told)
{
    public static FailedAttempt Of(Endpoint endpoint, string reason, string problem) =>
        new(endpoint, new CruxAttempt(endpoint.Offering.Instance, endpoint.Offering.NetId, reason, problem));
}
