using static System.FormattableString;

namespace Crux.Bench;

/// <summary>One line of a result.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Result">Ratio or count first, then how it came about.</param>
/// <param name="Goal">What the project promises; empty where it promises nothing.</param>
/// <param name="Held">Whether the promise held.</param>
internal sealed record Row(string What, string Result, string Goal, bool Held)
{
    /// <summary>A time against a limit: the ratio of the median to the limit first.</summary>
    public static Row OfTimes(string what, IReadOnlyCollection<TimeSpan> times, TimeSpan limit)
    {
        var sorted = times.Order().ToList();
        var median = sorted[sorted.Count / 2];
        return new(
            what,
            Invariant($"{median / limit:0.00} of the limit: median {median.TotalSeconds:0.00} s, worst {sorted[^1].TotalSeconds:0.00} s, best {sorted[0].TotalSeconds:0.00} s, {sorted.Count} runs"),
            Invariant($"<= {limit.TotalSeconds:0.###} s"),
            sorted[^1] <= limit);
    }

    /// <summary>A count that has to be zero.</summary>
    public static Row OfFailures(string what, long failed, long calls, string detail = "") =>
        new(what, Invariant($"{failed} of {calls:N0} calls failed{(detail.Length > 0 ? "; " + detail : "")}"), "0 failed", failed == 0);

    /// <summary>A count that comes with no promise.</summary>
    public static Row OfCount(string what, string result) => new(what, result, "", true);
}
