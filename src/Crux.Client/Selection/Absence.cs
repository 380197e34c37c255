using Crux.Client.Attempts;
using Crux.Client.Connect;

namespace Crux.Client.Selection;

/// <summary>Why a selector has no instance to call, told by what is known of its reeve, of this process's key and of each instance.</summary>
internal sealed class Absence(Selector selector, ReeveLink link, ReeveWatch watch, ProcessIdentity identity)
{
    /// <param name="note">Where the call was tried.</param>
    /// <param name="endpoints">Whom the route is connecting to.</param>
    /// <param name="offered">How many instances are on offer.</param>
    public CallProblem Explain(CallNote note, IEnumerable<Endpoint> endpoints, int offered)
    {
        IReadOnlyList<CruxAttempt> tried =
        [
            .. note.Failed.Select(attempt => attempt.Told)
                .Concat(endpoints.Select(endpoint => endpoint.Problem is { } problem ? FailedAttempt.Of(endpoint, CruxTrailers.Unreachable, problem).Told : null).OfType<CruxAttempt>())
                .Distinct(),
        ];
        CallProblem Because(string reason, string sentence) => new(new CruxFailure(reason, selector.ToString(), [.. tried]), sentence);
        if (!watch.HasAnswer)
            return Because(CruxTrailers.NoReeve, $"No instance of {selector} can be found: {link.Describe()}.");
        var reeve = watch.IsAnswering ? "" : $" Besides, {link.Describe()}.";
        if (offered == 0 && tried.Count == 0)
            return watch.IsAnswering
                ? Because(CruxTrailers.NoInstance, $"No instance of {selector}: {watch.Describe()}.")
                : Because(CruxTrailers.NoReeve, $"No instance of {selector} is known: {link.Describe()}.");
        if (!identity.Enrolled.IsCompleted)
            return Because(CruxTrailers.NoReeve, $"No instance of {selector} can be called yet: the local reeve has not signed this process's key ({identity.Problem ?? link.Problem ?? "it was asked"}).");
        var list = string.Join("; ", tried.Select(attempt => $"{attempt.NetId} ({attempt.Instance}): {attempt.Problem}"));
        return tried.Count == 0
            ? Because(CruxTrailers.Unreachable, $"No instance of {selector} is connected yet; {offered} on offer.{reeve}")
            : Because(CruxTrailers.Unreachable, $"No instance of {selector} can be reached. Tried {list}.{reeve}");
    }
}
