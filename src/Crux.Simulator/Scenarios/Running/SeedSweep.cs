namespace Crux.Simulator.Scenarios.Running;

/// <summary>One scenario under many seeds, several at a time: each simulation keeps to one thread and shares nothing.</summary>
public static class SeedSweep
{
    /// <summary>Runs them. The results come in the order of their seeds, whatever finished first.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="first">The first seed; the others follow it.</param>
    /// <param name="count">How many seeds.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="done">Hears of each that is done; one call at a time.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static IReadOnlyList<RunResult> Run(
        ScenarioFile scenario, ulong first, int count, int parallel, Action<RunResult>? done, CancellationToken cancellationToken)
    {
        var results = new RunResult[count];
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        Parallel.For(0, count, options, i =>
        {
            var result = new ScenarioRun(scenario, first + (ulong)i).Run(cancellationToken);
            lock (gate)
            {
                // Curves and stories of a thousand seeds are a lot of memory, and nobody reads them.
                results[i] = count > 1 ? result with { Convergence = [], Timeline = [] } : result;
                done?.Invoke(result);
            }
        });
        return results;
    }

    /// <summary>The figures of several runs, spread over their seeds.</summary>
    public static IReadOnlyList<Figure> FiguresOf(IReadOnlyList<RunResult> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var figures = new List<(string Name, Func<RunResult, double?> Of)>
        {
            ("fullViewSeconds", run => run.FullViewSeconds),
            ("provisionalLeaderSeconds", run => run.ProvisionalLeaderSeconds),
            ("fencedLeaderSeconds", run => run.FencedLeaderSeconds),
            ("viewsPerNode", run => run.ViewsPerNode.Max),
            ("viewChanges", run => run.ViewChanges),
            ("settledSizes", run => run.SettledSizes.Count),
            ("leaderChanges", run => run.LeaderChanges),
            ("evictionsFalse", run => run.EvictionsFalse),
            ("coldStart.bytes", run => run.ColdStart?.Bytes.Max),
            ("coldStart.datagrams", run => run.ColdStart?.Datagrams.Max),
            ("steady.bytesWithHeaders", run => run.Steady?.BytesWithHeaders.Mean),
            ("steady.datagrams", run => run.Steady?.Datagrams.Mean),
            ("peakBytesPerSecond", run => run.PeakBytesPerSecond.Max),
            ("events", run => run.Events),
            ("wallSeconds", run => run.WallSeconds),
        };
        foreach (var name in runs.SelectMany(run => run.Awaited.Select(it => it.Name)).Distinct().ToList())
            figures.Add(($"awaited.{name}", run => run.Awaited.Where(it => it.Name == name).Select(it => it.Seconds).FirstOrDefault()));
        return [.. figures.Select(figure => Of(figure.Name, runs.Select(figure.Of))).OfType<Figure>()];
    }

    private static Figure? Of(string name, IEnumerable<double?> values)
    {
        var measured = values.OfType<double>().ToList();
        var spread = Spread.Of(measured);
        return measured.Count == 0 ? null : new Figure(name, measured.Count, spread.Median, spread.P99, spread.Max);
    }
}
