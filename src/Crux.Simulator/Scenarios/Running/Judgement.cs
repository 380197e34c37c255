using System.Globalization;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Compares what came out with what a file expects.</summary>
internal static class Judgement
{
    public static IEnumerable<string> Of(RunResult result, Expectations expect)
    {
        string?[] found =
        [
            InTime("fullView", result.FullViewSeconds, expect.FullView),
            InTime("provisionalLeader", result.ProvisionalLeaderSeconds, expect.ProvisionalLeader),
            InTime("fencedLeader", result.FencedLeaderSeconds, expect.FencedLeader),
            AtMost("settledSizes", result.SettledSizes.Count, expect.SettledSizes),
            AtMost("leaderChanges", result.LeaderChanges, expect.LeaderChanges),
            AtMost("viewChanges", result.ViewChanges, expect.ViewChanges),
            AtMost("falseEvictions", result.EvictionsFalse, expect.FalseEvictions),
            AtLeast("leastRotations", result.Keys.Rotations, expect.LeastRotations),
            AtLeast("leastReplays", result.Keys.Replays, expect.LeastReplays),
            AtMost("coldBytes", result.ColdStart?.Bytes.Mean, expect.ColdBytes),
            AtMost("peakBytesPerSecond", result.PeakBytesPerSecond.Max, expect.PeakBytesPerSecond),
            AtMost("steadyDatagramsPerSecond", result.Steady?.Datagrams.Mean, expect.SteadyDatagramsPerSecond),
            AtMost("steadyBytesPerSecond", result.Steady?.BytesWithHeaders.Mean, expect.SteadyBytesPerSecond),
        ];
        return found.OfType<string>();
    }

    private static string? InTime(string what, double? seconds, TimeSpan? limit) => limit is { } most && (seconds is not { } it || it > most.TotalSeconds)
        ? string.Create(CultureInfo.InvariantCulture, $"{what}: {(seconds is { } took ? $"{took:0.00} s" : "never")}, expected within {most.TotalSeconds} s")
        : null;

    private static string? AtLeast(string what, long value, int? limit) => value < limit
        ? string.Create(CultureInfo.InvariantCulture, $"{what}: {value}, expected at least {limit}")
        : null;

    private static string? AtMost(string what, double? value, double? limit) => limit is { } most && (value is not { } it || it > most)
        ? string.Create(CultureInfo.InvariantCulture, $"{what}: {(value is { } had ? $"{had:0.##}" : "not measured")}, expected at most {most}")
        : null;
}
