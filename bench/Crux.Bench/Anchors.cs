using Crux.Simulator;
using Crux.Simulator.Anchors;
using static System.FormattableString;

namespace Crux.Bench;

/// <summary>The simulator's models of memberlist and SWIM, against what was published of the real ones.</summary>
internal static class Anchors
{
    private const double PublishedSeconds = 95;
    private const double Tolerance = 0.25;
    private const int PublishedNodes = 2_000;
    private const int PublishedRuns = 7;

    /// <summary>Well after the last rumour was told the sixteenth time.</summary>
    private const double DriedUp = 150;

    private const int DetectorNodes = 1_000;
    private static readonly TimeSpan DetectorSpan = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan[] OtherSpreads = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)];

    public static Bench Bench { get; } = new(
        "anchors",
        "Models of what others run, in the simulator (docs/adr/0018). memberlist's LAN profile: a seed alone for 10 s, then 1,999 others that join through it, as in the Rapid paper (Suresh et al., USENIX ATC'18: 95 s on average of five runs, 1,858 distinct cluster sizes reported). SWIM with Lifeguard's suspicion over UDP alone: 1,000 nodes that know each other, 120 s of loss, nobody dies.",
        cancellationToken => Task.FromResult(Run(cancellationToken)));

    private static IReadOnlyList<Row> Run(CancellationToken cancellationToken) =>
        [.. Bootstraps(cancellationToken), .. Drowning(cancellationToken), .. Crashes(cancellationToken)];

    private static IEnumerable<Row> Bootstraps(CancellationToken cancellationToken)
    {
        var runs = new List<AnchorReport>();
        for (var seed = 1UL; seed <= PublishedRuns; seed++)
            runs.Add(Play(new() { Seed = seed, Nodes = PublishedNodes }, cancellationToken));
        var sorted = runs.Select(run => run.SecondsToFullView).Order().ToList();
        var median = sorted[sorted.Count / 2];
        yield return new(
            "memberlist, 2,000 nodes: full view at all, starts over 5 s",
            Invariant($"{median / PublishedSeconds:0.00} of the published 95 s: median {median:0.0} s, mean {sorted.Average():0.0} s of seeds 1-{PublishedRuns} ({string.Join(", ", runs.Select(run => Invariant($"{run.SecondsToFullView:0.0}")))})"),
            Invariant($"median within {Tolerance:P0}"),
            sorted[0] > 0 && Math.Abs((median / PublishedSeconds) - 1) <= Tolerance);
        yield return Row.OfCount(
            "same: runs in which gossip dried up with somebody unknown somewhere, until states were exchanged (from 180 s on)",
            Invariant($"{runs.Count(run => run.SecondsToFullView > DriedUp)} of {runs.Count}"));
        foreach (var spread in OtherSpreads)
        {
            var run = Play(new() { Seed = 1, Nodes = PublishedNodes, Spread = spread }, cancellationToken);
            yield return Row.OfCount(
                Invariant($"same, starts over {spread.TotalSeconds:0} s, seed 1"),
                Invariant($"{run.SecondsToFullView / PublishedSeconds:0.00} of 95 s: {run.SecondsToFullView:0.0} s; {run.DistinctSizes:N0} sizes; {run.RefusedExchanges:N0} joins refused by the seed's limit of 128, then repeated"));
        }
        yield return Row.OfCount("distinct sizes reported (published: 1,858)", string.Join(", ", runs.Select(run => Invariant($"{run.DistinctSizes:N0}"))));
        yield return Row.OfCount(
            "sent per node until then, headers included, uncompressed",
            Invariant($"median {runs[0].BytesMedian / 1e6:0.0} MB in {runs[0].PacketsMedian:N0} packets, p99 {runs[0].BytesP99 / 1e6:0.0} MB, the seed {runs[0].BytesMost / 1e6:0} MB"));
        yield return Row.OfCount("members seen at the median node (the slowest), seed 1, by seconds from the start", string.Join("; ", Curve(runs[0])));
        yield return Row.OfCount("trace, seed 1", Invariant($"{runs[0].Trace:x16}"));
    }

    private static IEnumerable<string> Curve(AnchorReport run) =>
        from moment in run.Timeline
        let second = moment.Second - 10
        where second is 2 or 5 or 10 or 20 or 30 or 40 or 60 or 80
        select Invariant($"{second} s {moment.Median} ({moment.Least})");

    private static IEnumerable<Row> Drowning(CancellationToken cancellationToken)
    {
        foreach (var loss in (double[])[0.01, 0.1, 0.2, 0.3])
        {
            var run = Play(Detector(AnchorProtocol.Swim, loss), cancellationToken);
            yield return Row.OfCount(
                Invariant($"SWIM + Lifeguard over UDP, {loss:P0} loss"),
                Invariant($"{run.FalseRemovals:N0} false removals from views ({run.FalseDeclarations:N0} declared, {run.NodesWronged:N0} of {DetectorNodes:N0} nodes wronged, {run.FalseSuspicions:N0} suspicions)"));
        }
        var both = Play(Detector(AnchorProtocol.Memberlist, 0.3), cancellationToken);
        yield return Row.OfCount("memberlist with its probes over TCP, 30 % loss", Invariant($"{both.FalseRemovals:N0} false removals from views, {both.NodesWronged:N0} nodes wronged"));
    }

    private static IEnumerable<Row> Crashes(CancellationToken cancellationToken)
    {
        foreach (var loss in (double[])[0.01, 0.1])
        {
            var run = Play(Detector(AnchorProtocol.Memberlist, loss) with { Crashes = 10 }, cancellationToken);
            yield return Row.OfCount(
                Invariant($"memberlist, ten of 1,000 crash at once, {loss:P0} loss"),
                Invariant($"known to all after {run.SecondsToKnown:0.0} s (first declared after {run.SecondsToDeclaration:0.0} s)"));
        }
    }

    private static AnchorOptions Detector(AnchorProtocol protocol, double loss) => new()
    {
        Seed = 1,
        Nodes = DetectorNodes,
        Protocol = protocol,
        Start = AnchorStart.Known,
        Network = new NetworkConditions { Loss = loss },
        Span = DetectorSpan,
    };

    private static AnchorReport Play(AnchorOptions options, CancellationToken cancellationToken) => AnchorSimulation.Run(options, cancellationToken);
}
