using System.Diagnostics;

namespace Crux.Bench.Flock;

/// <summary>
/// Deals the time out: one seed of everything first, small worlds before large ones, and then each next seed to the batch that had the
/// least time so far. Whenever it ends, every line has what it could get.
/// </summary>
internal sealed class Schedule(IReadOnlyList<Batch> batches, Ledger ledger, TimeSpan budget, SeedRange seeds)
{
    /// <summary>One run may take this part of all time, lest the slowest leave nothing for the others.</summary>
    private const double MostForOne = 0.25;

    private readonly Lock _gate = new();
    private readonly Stopwatch _wall = Stopwatch.StartNew();
    private readonly List<Batch> _order = [.. batches.OrderBy(batch => batch.Scenario.Nodes)];
    private int _largeOnes;

    /// <summary>Runs so many at a time until nothing is left to run, or no time.</summary>
    /// <param name="parallel">How many.</param>
    /// <param name="told">Hears of each end of a run; one call at a time.</param>
    /// <param name="stop">Ends it early.</param>
    public void Run(int parallel, Action<Batch, SavedRun?> told, CancellationToken stop)
    {
        foreach (var batch in _order)
            batch.Taken.UnionWith(ledger.Of(batch).Select(run => run.Seed));
        Parallel.For(0, parallel, new ParallelOptions { MaxDegreeOfParallelism = parallel }, _ =>
        {
            while (!stop.IsCancellationRequested && Take() is var (batch, seed))
                RunOne(batch, seed, told, stop);
        });
    }

    private void RunOne(Batch batch, ulong seed, Action<Batch, SavedRun?> told, CancellationToken stop)
    {
        var begun = _wall.Elapsed;
        SavedRun? run = null;
        try
        {
            var left = budget - begun;
            var most = _order.Count == 1 ? budget : budget * MostForOne;
            run = batch.Run(seed, left < most ? left : most, stop);
            if (run is not null)
                ledger.Add(run);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        finally
        {
            lock (_gate)
            {
                batch.Spent += _wall.Elapsed - begun;
                _largeOnes -= batch.IsLarge ? 1 : 0;
            }
        }
        lock (_gate)
            told(batch, run);
    }

    private (Batch Batch, ulong Seed)? Take()
    {
        lock (_gate)
        {
            var left = budget - _wall.Elapsed;
            var open = _order.Where(batch => batch.IsOpen(seeds) && left > batch.Slowest && !(batch.IsLarge && _largeOnes > 0)).ToList();
            if (open.Count == 0 || left <= TimeSpan.Zero)
                return null;
            var next = open.Find(batch => batch.Taken.Count == 0) ?? open.MinBy(batch => batch.Spent)!;
            _largeOnes += next.IsLarge ? 1 : 0;
            return (next, next.TakeSeed(seeds));
        }
    }
}
