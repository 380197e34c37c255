using Crux.Simulator.Scenarios.Running;

namespace Crux.Simulator.Scenarios.Reports;

/// <summary>How much of a curve is worth drawing.</summary>
internal static class ConvergenceSpan
{
    /// <summary>A little after the last moment at which somebody lacked something.</summary>
    public static double EndOf(IReadOnlyList<ConvergencePoint> points)
    {
        var last = 1.0;
        foreach (var point in points)
        {
            if (point.Running == 0 || point.Full < point.Running)
                last = Math.Max(last, point.Seconds);
        }
        return Math.Min(Math.Max(1, points[^1].Seconds), last * 1.1);
    }
}
