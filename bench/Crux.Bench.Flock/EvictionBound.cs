using Crux.Machines.Flock;

namespace Crux.Bench.Flock;

/// <summary>
/// How often, at most, a healthy member is evicted: the formula of docs/protocols/flock.md, which the test FalseEvictionBound holds the
/// code to. No simulation can count what happens once in 10^12 node-seconds.
/// </summary>
internal static class EvictionBound
{
    /// <summary>Doubts about one member a second: no more than beats that could be missed.</summary>
    private const double DoubtsPerSecond = 3;

    private static readonly FlockOptions Options = new();

    /// <summary>At even loss, as if none had been measured: the shortest asking there is.</summary>
    public static double AtLoss(double loss) => Of(Options.ProbeTime, loss);

    /// <summary>Where of any four seconds four tenths may be lost, and loss is measured.</summary>
    public static double InBursts { get; } = new[] { Options.LossyProbeTime, Options.MaxProbeTime }.Max(asking => Of(asking, 0.4 * 4 / asking.TotalSeconds));

    // Five of eight observers get no answer to any probe.
    private static double Of(TimeSpan asking, double loss)
    {
        var unanswered = Math.Pow(1 - Math.Pow(1 - loss, 2), (int)(asking / Options.ProbePeriod));
        return DoubtsPerSecond * 56 * Math.Pow(unanswered, 5);
    }
}
