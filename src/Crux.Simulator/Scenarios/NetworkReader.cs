using Crux.Simulator.Network;
using Crux.Simulator.Scenarios.Reading;

namespace Crux.Simulator.Scenarios;

/// <summary>Reads what a network does. Keys that are missing leave what was.</summary>
internal static class NetworkReader
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static NetworkConditions Read(Section? section, NetworkConditions was)
    {
        if (section is null)
            return was;
        var conditions = new NetworkConditions
        {
            Latency = section.Span("latency", was.Latency, TimeSpan.Zero, Longest),
            Jitter = section.Span("jitter", was.Jitter, TimeSpan.Zero, Longest),
            Loss = section.Number("loss", was.Loss, 0, 1),
            Burst = section.Has("burst") || was.Burst is null ? Burst(section.Object("burst")) : was.Burst,
            Duplication = section.Number("duplication", was.Duplication, 0, 1),
            Reordering = section.Number("reordering", was.Reordering, 0, 1),
            HeldBack = section.Span("heldBack", was.HeldBack, TimeSpan.Zero, Longest),
            Replay = section.Number("replay", was.Replay, 0, 1),
            ReplayWithin = section.Span("replayWithin", was.ReplayWithin, TimeSpan.Zero, Longest),
            BandwidthBytesPerSecond = (long)section.Number("bytesPerSecond", was.BandwidthBytesPerSecond, 0, 1e12),
            Processing = section.Span("processing", was.Processing, TimeSpan.Zero, TimeSpan.FromSeconds(1)),
            UnresolvedProbes = section.Whole("unresolvedProbes", was.UnresolvedProbes, 0, 1_000_000),
        };
        section.End();
        return conditions;
    }

    private static BurstLoss? Burst(Section? section)
    {
        if (section is null)
            return null;
        var least = TimeSpan.FromMilliseconds(1);
        var burst = new BurstLoss(
            section.Span("good", TimeSpan.FromSeconds(10), least, Longest),
            section.Span("bad", TimeSpan.FromSeconds(1), least, Longest))
        {
            LossInGood = section.Number("lossInGood", 0, 0, 1),
            LossInBad = section.Number("lossInBad", 1, 0, 1),
            LeastGood = section.Span("leastGood", TimeSpan.Zero, TimeSpan.Zero, Longest),
            LongestBad = section.Span("longestBad", Longest, least, Longest),
            PerLink = section.Choice("per", "node", "node", "link") == "link",
        };
        section.End();
        return burst;
    }
}
