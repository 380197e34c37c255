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

    private readonly object _gate = new();
    private readonly Stopwatch _wall = Stopwatch.StartNew();
    private readonly List<Batch> _order = [.. batches.OrderBy(batch => batch.Scenario.Nodes)];
    private int _running;
    private bool _isAlone;

    /// <summary>Runs until nothing is left to run, or no time. A large world runs alone, on all threads: two would not fit into the memory.</summary>
    /// <param name="parallel">How many threads.</param>
    /// <param name="told">Hears of each end of a run; one call at a time.</param>
    /// <param name="stop">Ends it early.</param>
    public void Run(int parallel, Action<Batch, SavedRun?> told, CancellationToken stop)
    {
        foreach (var batch in _order)
            batch.Taken.UnionWith(ledger.Of(batch).Select(run => run.Seed));
        Parallel.For(0, parallel, new ParallelOptions { MaxDegreeOfParallelism = parallel }, _ =>
        {
            while (!stop.IsCancellationRequested && Take() is var (batch, seed))
                RunOne(batch, seed, batch.IsLarge ? parallel : 1, told, stop);
        });
    }

    private void RunOne(Batch batch, ulong seed, int workers, Action<Batch, SavedRun?> told, CancellationToken stop)
    {
        var begun = _wall.Elapsed;
        SavedRun? run = null;
        try
        {
            var left = budget - begun;
            var most = _order.Count == 1 ? budget : budget * MostForOne;
            run = batch.Run(seed, workers, left < most ? left : most, stop);
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
                _running--;
                _isAlone = false;
                Monitor.PulseAll(_gate);
            }
        }
        lock (_gate)
            told(batch, run);
    }

    private (Batch Batch, ulong Seed)? Take()
    {
        lock (_gate)
        {
            while (Next() is { } next)
            {
                if (!_isAlone && (!next.IsLarge || _running == 0))
                {
                    _running++;
                    _isAlone = next.IsLarge;
                    return (next, next.TakeSeed(seeds));
                }
                Monitor.Wait(_gate);
            }
            return null;
        }
    }

    private Batch? Next()
    {
        var left = budget - _wall.Elapsed;
        var open = _order.Where(batch => batch.IsOpen(seeds) && left > batch.Slowest).ToList();
        return left <= TimeSpan.Zero ? null : open.Find(batch => batch.Taken.Count == 0) ?? open.MinBy(batch => batch.Spent);
    }
}
