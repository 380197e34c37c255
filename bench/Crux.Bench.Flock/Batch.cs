using System.Diagnostics;
using System.Globalization;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Bench.Flock;

/// <summary>The runs of one scenario, seed after seed, as far as the time goes.</summary>
internal sealed class Batch(string key, ScenarioFile scenario, int wanted, SortedDictionary<string, Func<RunResult, double?>> figures)
{
    /// <summary>Worlds from this size on run alone: their views fill the memory.</summary>
    public const int Large = 4_096;

    public string Key => key;

    /// <summary>What its runs are of.</summary>
    public string Code { get; } = CodeIdentity.Of(scenario);

    public ScenarioFile Scenario => scenario;

    /// <summary>How many seeds the promises are about.</summary>
    public int Wanted { get; private set; } = wanted;

    public bool IsLarge => scenario.Nodes >= Large;

    /// <summary>Seeds that have run or do.</summary>
    public SortedSet<ulong> Taken { get; } = [];

    /// <summary>Real time that went into it.</summary>
    public TimeSpan Spent { get; set; }

    /// <summary>Real time of the slowest run so far, whether it came to its end or not.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Whether a run was given up because it took too long: more of them would be, too.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>The key under which targets share a batch.</summary>
    public static string KeyOf(ScenarioFile scenario) => FormattableString.Invariant($"{scenario.Name} {scenario.Nodes} {scenario.Network.Loss}");

    /// <summary>Those of a scenario's very name, or, where there is none, those that have the text in their key.</summary>
    public static IReadOnlyList<Batch> Choose(IReadOnlyList<Batch> all, string text) =>
        all.Any(batch => batch.Scenario.Name == text) ? [.. all.Where(batch => batch.Scenario.Name == text && !batch.Key.StartsWith(Sweep.Prefix, StringComparison.Ordinal))]
            : [.. all.Where(batch => batch.Key.Contains(text, StringComparison.Ordinal))];

    /// <summary>Another promise about the same runs.</summary>
    public void Measure(string name, int seeds, Func<RunResult, double?> figure)
    {
        figures[name] = figure;
        Wanted = Math.Max(Wanted, seeds);
    }

    /// <summary>Whether a run of an earlier bench took all figures that are wanted now.</summary>
    public bool IsMeasuredBy(SavedRun run) => figures.Keys.All(run.Figures.ContainsKey);

    /// <summary>Whether seeds are left to run, of those asked for and no more than the promises are about.</summary>
    public bool IsOpen(SeedRange seeds) => (seeds.IsAll ? Taken.Count < Wanted : NextSeed(seeds) <= seeds.Last) && !IsGivenUp;

    /// <summary>The least seed that nobody took yet.</summary>
    public ulong TakeSeed(SeedRange seeds)
    {
        var seed = NextSeed(seeds);
        Taken.Add(seed);
        return seed;
    }

    /// <summary>Runs one seed; null where it took too long.</summary>
    public SavedRun? Run(ulong seed, int workers, TimeSpan atMost, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(atMost);
        var wall = Stopwatch.StartNew();
        try
        {
            var result = new ScenarioRun(scenario, seed, Math.Min(workers, ScenarioRun.MaxWorkers)).Run(limit.Token);
            var measured = new SortedDictionary<string, double?>(StringComparer.Ordinal);
            foreach (var (name, figure) in figures)
                measured[name] = figure(result) is { } value ? Math.Round(value, 3) : null;
            return new SavedRun(
                Code, key, seed, Math.Round(wall.Elapsed.TotalSeconds, 1), Math.Round(result.Nodes * result.VirtualSeconds), measured,
                [.. result.Violations.Take(3).Select(it => it.ToString())], [.. result.Failures.Take(3)],
                result.TraceHash.ToString("x16", CultureInfo.InvariantCulture));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            IsGivenUp = true;
            return null;
        }
        finally
        {
            if (wall.Elapsed > Slowest)
                Slowest = wall.Elapsed;
        }
    }

    private ulong NextSeed(SeedRange seeds)
    {
        var seed = seeds.First;
        while (Taken.Contains(seed))
            seed++;
        return seed;
    }
}
