using System.Diagnostics;

namespace Crux.System.Tests.Lab;

/// <summary>One line of the load program: totals since it began.</summary>
/// <param name="Calls">Calls that ended, however.</param>
/// <param name="Failed">Calls that failed and should not have.</param>
/// <param name="Indeterminate">Calls not safe to repeat whose node was lost while they were in flight; the client says so and names the node.</param>
/// <param name="Attempts">Times that a call was sent, repeats included.</param>
/// <param name="FirstAnswerAt">A point on the machine's monotonic clock, which all processes share; 0 before the first answer.</param>
/// <param name="ServedBy">Answers by who gave them.</param>
/// <param name="Switches">Times that calls went over to other connections.</param>
/// <param name="Problems">The first few errors, in words.</param>
internal sealed record LoadReport(
    long Calls, long Failed, long Indeterminate, long Attempts, long FirstAnswerAt,
    IReadOnlyDictionary<string, long> ServedBy, IReadOnlyList<string> Problems, long Switches = 0)
{
    public static LoadReport None { get; } = new(0, 0, 0, 0, 0, new Dictionary<string, long>(), []);

    /// <summary>From <paramref name="start"/>, a <see cref="Stopwatch"/> timestamp, to the first answer.</summary>
    public TimeSpan FirstAnswerAfter(long start) => Stopwatch.GetElapsedTime(start, FirstAnswerAt);

    public override string ToString() =>
        $"{Calls:N0} calls, {Failed} failed, {Indeterminate} indeterminate, {Attempts:N0} attempts; "
        + string.Join(", ", ServedBy.OrderBy(it => it.Key, StringComparer.Ordinal).Select(it => $"{it.Key}: {it.Value:N0}"))
        + string.Concat(Problems.Select(problem => $"\n  {problem}"));
}
