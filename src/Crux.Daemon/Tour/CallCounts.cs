namespace Crux.Daemon.Tour;

/// <summary>How the calls of one act ended.</summary>
/// <param name="Calls">Calls that ended, however.</param>
/// <param name="Failed">Calls that failed and should not have.</param>
/// <param name="Indeterminate">
/// Calls that are not safe to repeat and were in flight to a node that died: the client can't know whether they were carried
/// out, says so, and names the node.
/// </param>
internal readonly record struct CallCounts(long Calls, long Failed, long Indeterminate)
{
    public static CallCounts operator -(CallCounts after, CallCounts before) =>
        new(after.Calls - before.Calls, after.Failed - before.Failed, after.Indeterminate - before.Indeterminate);

    public override string ToString() => Indeterminate == 0
        ? $"{Calls:N0} calls, {Failed:N0} failed"
        : $"{Calls:N0} calls, {Failed:N0} failed, {Indeterminate:N0} indeterminate";
}
