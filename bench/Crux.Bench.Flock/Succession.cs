using System.Diagnostics;
using static System.FormattableString;

namespace Crux.Bench.Flock;

/// <summary>
/// Carries the runs of former code over to code that only became faster. Some of them run again, cheapest first, one or more of each
/// scenario as far as the time goes; only where every trace hash, every figure and every breach is what it was are all of them adopted.
/// </summary>
internal sealed class Succession(IReadOnlyList<Batch> batches, Ledger ledger, string sources, TimeSpan budget)
{
    /// <summary>Runs of one scenario that run again, at most.</summary>
    private const int MostOfOne = 2;

    private readonly Stopwatch _wall = Stopwatch.StartNew();
    private readonly List<string> _equal = [];

    /// <summary>Does it.</summary>
    /// <param name="rerun">Runs a seed again; null where it did not come to its end in time.</param>
    /// <param name="tell">Hears what comes of it, line by line.</param>
    /// <returns>Whether they were adopted.</returns>
    /// <exception cref="OperationCanceledException">Somebody gave up; nothing is adopted.</exception>
    public bool Carry(Func<Batch, ulong, TimeSpan, SavedRun?> rerun, Action<string> tell)
    {
        var former = batches.Select(batch => (Batch: batch, Runs: ledger.FormerOf(batch))).Where(it => it.Runs.Count > 0).ToList();
        if (ledger.Former is not { } code || former.Count == 0)
        {
            tell("There is nothing to carry over: no runs of other code whose trace was kept, of scenarios as they are now.");
            return false;
        }
        foreach (var (batch, run) in SampleOf(former))
        {
            if (_wall.Elapsed + TimeSpan.FromSeconds(run.WallSeconds) > budget || rerun(batch, run.Seed, budget - _wall.Elapsed) is not { } again)
                continue;
            if (Difference(run, again) is { } difference)
            {
                tell($"{NameOf(run)}: {difference}. This code makes other histories than {code}: nothing is carried over.");
                return false;
            }
            tell($"{NameOf(run)}: the same, {run.WallSeconds} s then and {again.WallSeconds} s now");
            _equal.Add(NameOf(run));
        }
        if (_equal.Count == 0)
        {
            tell(Invariant($"The shortest run took longer than the budget of {budget.TotalMinutes} min: nothing is carried over. Give it more with --budget."));
            return false;
        }
        var runs = former.SelectMany(it => it.Runs).ToList();
        var unsampled = former.Where(it => !it.Runs.Any(run => _equal.Contains(NameOf(run)))).Select(it => it.Batch.Key).ToList();
        ledger.Adopt(new CarryOver(code, sources, runs.Count, _equal, unsampled), runs);
        tell(Invariant($"{_equal.Count} of {_equal.Count} that ran again were the same: {runs.Count} runs are carried over from {code}{(unsampled.Count == 0 ? "" : $"; without a look at {string.Join(", ", unsampled)}")}."));
        return true;
    }

    /// <summary>What tells two runs of one seed apart; null where nothing does but real time.</summary>
    public static string? Difference(SavedRun then, SavedRun now)
    {
        if (then.Trace != now.Trace)
            return $"trace {now.Trace}, which was {then.Trace}";
        foreach (var (name, figure) in then.Figures)
        {
            if (!Targets.OfRealTime.Contains(name) && now.Figures.TryGetValue(name, out var its) && its != figure)
                return Invariant($"{name} is {its?.ToString() ?? "nothing"}, and was {figure?.ToString() ?? "nothing"}");
        }
        return then.NodeSeconds != now.NodeSeconds || !then.Broken.SequenceEqual(now.Broken) || !then.Failed.SequenceEqual(now.Failed)
            ? "it broke or missed something else, or ended at another time" : null;
    }

    // One of each scenario first, cheapest first, and then a second one of each.
    private static IEnumerable<(Batch Batch, SavedRun Run)> SampleOf(List<(Batch Batch, IReadOnlyList<SavedRun> Runs)> former) =>
        from it in former
        from candidate in it.Runs.OrderBy(run => run.WallSeconds).ThenBy(run => run.Seed).Take(MostOfOne).Select((run, rank) => (it.Batch, Run: run, Rank: rank))
        orderby candidate.Rank, candidate.Run.WallSeconds
        select (candidate.Batch, candidate.Run);

    private static string NameOf(SavedRun run) => Invariant($"{run.Batch} seed {run.Seed}");
}
