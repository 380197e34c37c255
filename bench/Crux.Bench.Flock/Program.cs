using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Crux.Bench;
using Crux.Bench.Flock;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

const string usage = "Usage: bench/flock [--budget MINUTES] [--out FOLDER] [--sweep-nodes N] [--no-sweeps]";
var (budget, folder, sweepNodes, withSweeps) = (TimeSpan.FromMinutes(30), "bench/results", 1000, true);
for (var i = 0; i < args.Length; i++)
{
    var value = i + 1 < args.Length ? args[i + 1] : "";
    switch (args[i])
    {
        case "--budget" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 10_000:
            (budget, i) = (TimeSpan.FromMinutes(minutes), i + 1);
            break;
        case "--out" when value.Length > 0:
            (folder, i) = (value, i + 1);
            break;
        case "--sweep-nodes" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) && nodes is >= 2 and <= ScenarioReader.MaxNodes:
            (sweepNodes, i) = (nodes, i + 1);
            break;
        case "--no-sweeps":
            withSweeps = false;
            break;
        default:
            Console.Error.WriteLine($"'{args[i]}' can't be read. {usage}");
            return 2;
    }
}
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
{
    context.Cancel = true;
    stopping.Cancel();
});
var machine = Machine.Describe();
Console.WriteLine($"Ran on: {machine}");
var wall = Stopwatch.StartNew();
// A sixth of the time is for the sweeps; one run may take a tenth of it all, lest the slowest leave nothing for the others.
var forTargets = withSweeps ? budget * 5 / 6 : budget;
var longest = budget / 10;
var batches = new SortedDictionary<string, Batch>(StringComparer.Ordinal);
var wanted = new Dictionary<string, int>();
foreach (var target in Targets.All)
{
    var key = Batch.KeyOf(target.Scenario);
    batches.TryAdd(key, new Batch(target.Scenario));
    wanted[key] = Math.Max(wanted.GetValueOrDefault(key), target.Seeds);
}
var sweeps = new List<(Sweep, int, IReadOnlyList<SweepPoint>)>();
try
{
    // Small worlds first, one seed of each in turn: whenever the time is up, every line has what it could get.
    var inTurn = batches.OrderBy(it => it.Value.Scenario.Nodes).ToList();
    for (var found = true; found;)
    {
        found = false;
        foreach (var (key, batch) in inTurn)
        {
            var left = forTargets - wall.Elapsed;
            if (batch.IsGivenUp || batch.Results.Count >= wanted[key] || left <= batch.Slowest)
                continue;
            found = true;
            batch.RunNext(left < longest ? left : longest, stopping.Token);
            if (batch.Results.Count <= 1)
                Console.WriteLine(FormattableString.Invariant($"  {key}: {(batch.IsGivenUp ? "given up after" : "one seed in")} {batch.Slowest.TotalSeconds:0.0} s"));
        }
    }
    for (var which = 0; withSweeps && which < Sweep.All.Count; which++)
    {
        var sweep = Sweep.All[which];
        var file = ScenarioLibrary.Read("cold-1k") with { Nodes = sweepNodes };
        var until = wall.Elapsed + ((budget - wall.Elapsed) / (Sweep.All.Count - which));
        var runs = sweep.Values.Select(value => new Batch(sweep.Set(file, value))).ToList();
        for (var round = 0; wall.Elapsed < until && round < 30; round++)
        {
            foreach (var batch in runs.Where(batch => !batch.IsGivenUp && wall.Elapsed + batch.Slowest < until))
                batch.RunNext(until - wall.Elapsed, stopping.Token);
        }
        sweeps.Add((sweep, sweepNodes, [.. sweep.Values.Zip(runs, (value, batch) => new SweepPoint(
            value,
            batch.Results.Count,
            SpreadOf(batch.Results.Select(run => run.FullViewSeconds)),
            SpreadOf(batch.Results.Select(run => run.ColdStart?.Bytes.Max)),
            batch.Results.Count(run => run.Violations.Count > 0)))]));
    }
}
catch (OperationCanceledException)
{
    Console.WriteLine("Stopped; what was measured so far is kept.");
}
var held = new Report(Directory.CreateDirectory(folder).FullName, machine, budget).Write(batches, sweeps);
Console.WriteLine(held ? "Every promise held." : $"Not every promise held, or not in every seed: see {Path.Combine(folder, "flock.md")}.");
return held ? 0 : 1;

static Spread? SpreadOf(IEnumerable<double?> values) => values.OfType<double>().ToList() is { Count: > 0 } measured ? Spread.Of(measured) : null;
