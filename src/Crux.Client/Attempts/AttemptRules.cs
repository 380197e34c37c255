using Crux.Client.Selection;
using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Whether a failed call is placed again, and what its caller is told if it is not.</summary>
internal sealed class AttemptRules(Route route, CallNote note, bool isIdempotent, DateTime deadline)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Only where the instance said that it did not process the call, or where processing it twice does no harm.
    /// </summary>
    public bool MayRepeat(RpcException failure)
    {
        if (note.Attempts >= route.Options.MaxAttempts || note.Last is null || note.Waiting is not null || note.Said is not null)
            return false;
        if (SaysNotProcessed(failure))
            return true;
        return isIdempotent && (note.Lost is not null || failure.StatusCode == StatusCode.Unavailable);
    }

    /// <summary>
    /// Notes the failure and pauses, at most until the deadline, so that the next attempt goes elsewhere and not at once; false where the call
    /// ended meanwhile.
    /// </summary>
    public async Task<bool> IsPreparedAsync(RpcException failure, params CancellationToken[] ends)
    {
        note.Add(LastOf(note.Last!, failure));
        (note.Lost, note.Last) = (null, null);
        var pause = Shorter(FirstPause * Math.Pow(2, note.Attempts - 1), LongestPause) * (0.5 + Random.Shared.NextDouble());
        var left = deadline - DateTime.UtcNow;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends);
        try
        {
            await Task.Delay(left > TimeSpan.Zero ? Shorter(pause, left) : TimeSpan.Zero, either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What gRPC says of a call that its caller cancelled, here between two attempts.</summary>
    public static RpcException CancelledInPause(RpcException last) =>
        new(new Status(StatusCode.Cancelled, $"The call was cancelled before it was placed again. The last attempt: {last.Status.Detail}", last));

    /// <summary>The failure as the caller gets it: it names the service and the node wherever one was involved.</summary>
    public RpcException Explain(RpcException failure)
    {
        if (note.Said is { } said)
            return said;
        if (failure.StatusCode == StatusCode.DeadlineExceeded)
            return ExplainDeadline(failure);
        if (note.Last is not { } last)
            return AsAnswered(failure);
        var title = last.Offering.Title;
        if (Faults.IsRevoked(failure.Status.DebugException))
            return Problem(CruxTrailers.Revoked, $"{title} ended the call: the flock's rules don't allow it any more.", FailedAttempt.Of(last, CruxTrailers.Revoked, "the rules forbid it"))
                .ToException(StatusCode.PermissionDenied, failure.Status.DebugException, failure.Trailers);
        if (note.Lost is not null)
            return Problem(CruxTrailers.Indeterminate, $"{title} was lost while it had the call, so whether the call was processed is unknown: {Words(last, failure)}.{Earlier()}", LastOf(last, failure))
                .ToException(StatusCode.Unavailable, failure.Status.DebugException ?? note.Lost, failure.Trailers);
        if (failure.StatusCode == StatusCode.Unavailable || SaysNotProcessed(failure))
            return Problem(CruxTrailers.Refused, $"{title} answered: {failure.Status.Detail.TrimEnd('.')}.{Earlier()}", LastOf(last, failure))
                .ToException(failure.StatusCode, failure.Status.DebugException, failure.Trailers);
        return AsAnswered(failure);
    }

    /// <summary>What the instance said, but for its marks: a caller that is a service itself would pass them on as its own.</summary>
    public static RpcException AsAnswered(RpcException failure) =>
        CruxTrailers.HasOwn(failure.Trailers) ? new RpcException(failure.Status, CruxTrailers.WithoutOwn(failure.Trailers)) : failure;

    private RpcException ExplainDeadline(RpcException failure)
    {
        var problem = note switch
        {
            { Waiting: { } waiting } => waiting with { Sentence = $"The deadline passed before there was an instance to call. {waiting.Sentence}" },
            { Last: { } last } => Problem(
                CruxTrailers.Deadline, $"The deadline passed while {last.Offering.Title} had the call.{Earlier()}", FailedAttempt.Of(last, CruxTrailers.Deadline, "it had the call when the deadline passed")),
            _ => Problem(CruxTrailers.Deadline, $"The deadline passed before the call to {route.Selector} was placed{(note.Failed.Count > 0 ? " again" : "")}.{Earlier()}"),
        };
        return problem.ToException(StatusCode.DeadlineExceeded, failure.Status.DebugException, failure.Trailers);
    }

    private CallProblem Problem(string reason, string sentence, params FailedAttempt[] last) =>
        new(new CruxFailure(reason, route.Selector.ToString(), [.. note.Failed.Concat(last).Select(attempt => attempt.Told)]), sentence);

    private string Earlier() => note.Failed.Count == 0
        ? ""
        : $" Tried before: {string.Join("; ", note.Failed.Select(attempt => $"{attempt.Told.NetId} ({attempt.Told.Instance}): {attempt.Told.Problem}"))}.";

    private FailedAttempt LastOf(Endpoint last, RpcException failure) => FailedAttempt.Of(last, note.Lost is null ? CruxTrailers.Refused : CruxTrailers.Lost, Words(last, failure));

    private string Words(Endpoint last, RpcException failure) =>
        note.Lost is { } lost ? last.Describe(lost).TrimEnd('.') : $"{failure.StatusCode}: {failure.Status.Detail}".TrimEnd('.');

    private static bool SaysNotProcessed(RpcException failure) => failure.Trailers.Get(CruxTrailers.NotProcessed) is not null;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
