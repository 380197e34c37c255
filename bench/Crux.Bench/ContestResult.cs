namespace Crux.Bench;

/// <summary>What sixty agents of one kind did.</summary>
/// <param name="Listening">From the first start until the last one's socket was open.</param>
/// <param name="FullViews">For each start, from then until each had told in its log that all others are there; <see cref="TimeSpan.MaxValue"/> where that did not come.</param>
/// <param name="BytesPerSecond">Out of each host at rest, headers included.</param>
/// <param name="PacketsPerSecond">The same in packets.</param>
/// <param name="Cpu">The part of a core that each used at rest.</param>
/// <param name="Deaths">From each kill -9 until all survivors had told of it.</param>
/// <param name="Lost">Times that anybody said of a running one that it is gone.</param>
internal sealed record ContestResult(
    TimeSpan Listening, IReadOnlyList<TimeSpan> FullViews, double BytesPerSecond, double PacketsPerSecond, double Cpu, IReadOnlyList<TimeSpan> Deaths, int Lost)
{
    /// <summary>The median over the starts.</summary>
    public TimeSpan FullView => FullViews.Order().ElementAt(FullViews.Count / 2);

    /// <summary>The mean over the kills.</summary>
    public TimeSpan Death => Deaths.Contains(TimeSpan.MaxValue) ? TimeSpan.MaxValue : TimeSpan.FromSeconds(Deaths.Average(it => it.TotalSeconds));
}
