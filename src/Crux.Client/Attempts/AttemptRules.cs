using Crux.Client.Selection;
using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Whether a failed call is placed again, and what its caller is told if it is not.</summary>
internal sealed class AttemptRules(Route route, CallNote note, bool isIdempotent, TimeProvider time)
{
    private const double FirstPauseMs = 10;
    private const double LastPauseMs = 250;

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
    /// Notes the failure and pauses, so that the next attempt goes elsewhere and not at once; false where the call ended meanwhile.
    /// </summary>
    public async Task<bool> IsPreparedAsync(RpcException failure, params CancellationToken[] ends)
    {
        note.Add(note.Last!, Words(failure));
        note.Lost = null;
        var pause = Math.Min(FirstPauseMs * Math.Pow(2, note.Attempts - 1), LastPauseMs);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends);
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pause * (0.5 + Random.Shared.NextDouble())), time, either.Token);
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

    /// <summary>The failure as the caller gets it: it names the node wherever one was involved.</summary>
    public RpcException Explain(RpcException failure)
    {
        if (note.Said is { } said)
            return said;
        if (failure.StatusCode == StatusCode.DeadlineExceeded)
            return ExplainDeadline(failure);
        if (note.Last is { } ending && Faults.IsRevoked(failure.Status.DebugException))
            return new CallProblem(CruxTrailers.Revoked, $"{ending.Offering.Title} ended the call: the flock's rules don't allow it any more.")
                .ToException(StatusCode.PermissionDenied, failure.Status.DebugException, failure.Trailers);
        if (note.Last is not { } last || (note.Lost is null && failure.StatusCode != StatusCode.Unavailable))
            return AsAnswered(failure);
        var earlier = Earlier();
        if (note.Lost is not null)
            return new CallProblem(
                CruxTrailers.Indeterminate,
                $"{last.Offering.Title} was lost while it had the call, so whether the call was processed is unknown: {Words(failure)}.{earlier}")
                .ToException(StatusCode.Unavailable, failure.Status.DebugException ?? note.Lost, failure.Trailers);
        return new CallProblem(CruxTrailers.Refused, $"{last.Offering.Title} answered: {failure.Status.Detail}{earlier}")
            .ToException(StatusCode.Unavailable, failure.Status.DebugException, failure.Trailers);
    }

    /// <summary>What the instance said, but for its marks: a caller that is a service itself would pass them on as its own.</summary>
    public static RpcException AsAnswered(RpcException failure) =>
        CruxTrailers.HasOwn(failure.Trailers) ? new RpcException(failure.Status, CruxTrailers.WithoutOwn(failure.Trailers)) : failure;

    private RpcException ExplainDeadline(RpcException failure)
    {
        var problem = note switch
        {
            { Waiting: { } waiting } => waiting with { Sentence = $"The deadline passed before there was an instance to call. {waiting.Sentence}" },
            { Last: { } last } => new CallProblem(CruxTrailers.Deadline, $"The deadline passed while {last.Offering.Title} had the call.{Earlier()}"),
            _ => new CallProblem(CruxTrailers.Deadline, $"The deadline passed before the call to {route.Selector} was placed."),
        };
        return problem.ToException(StatusCode.DeadlineExceeded, failure.Status.DebugException, failure.Trailers);
    }

    private string Earlier() => note.Failed.Count == 0
        ? ""
        : $" Tried before: {string.Join("; ", note.Failed.Select(attempt => $"{attempt.Endpoint.Offering.NetId} ({attempt.Endpoint.Offering.Instance}): {attempt.Problem}"))}.";

    private string Words(RpcException failure) =>
        note.Lost is { } lost ? Faults.Describe(lost, route.Options.ConnectTimeout).TrimEnd('.') : $"{failure.StatusCode}: {failure.Status.Detail}".TrimEnd('.');

    private static bool SaysNotProcessed(RpcException failure) => failure.Trailers.Get(CruxTrailers.NotProcessed) is not null;
}
