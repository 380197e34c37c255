using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Crux.Bench;
using Crux.Bench.Flock;
using Crux.Simulator.Scenarios;

const string usage = "Usage: bench/flock [--budget MINUTES] [--parallel N] [--only NAME] [--seeds A..B] [--list] [--carry] [--out FOLDER] [--sweep-nodes N] [--no-sweeps] [--start-over]";
var (budget, folder, sweepNodes, withSweeps) = (TimeSpan.FromMinutes(30), "bench/results", 1000, true);
var (parallel, only, startsOver, lists, carries) = (Environment.ProcessorCount, "", false, false, false);
var seeds = SeedRange.All;
for (var i = 0; i < args.Length; i++)
{
    var value = i + 1 < args.Length ? args[i + 1] : "";
    switch (args[i])
    {
        case "--budget" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 10_000:
            (budget, i) = (TimeSpan.FromMinutes(minutes), i + 1);
            break;
        case "--parallel" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 256:
            (parallel, i) = (count, i + 1);
            break;
        case "--only" when value.Length > 0:
            (only, i) = (value, i + 1);
            break;
        case "--seeds" when SeedRange.TryParse(value, out var asked):
            (seeds, i) = (asked, i + 1);
            break;
        case "--list":
            lists = true;
            break;
        case "--carry":
            carries = true;
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
        case "--start-over":
            startsOver = true;
            break;
        default:
            Console.Error.WriteLine($"'{args[i]}' can't be read. {usage}");
            return 2;
    }
}
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var machine = Machine.Describe();
Console.WriteLine($"Ran on: {machine}");
var batches = new SortedDictionary<string, Batch>(StringComparer.Ordinal);
foreach (var target in Targets.All)
{
    var key = Batch.KeyOf(target.Scenario);
    if (!batches.TryGetValue(key, out var batch))
        batches.Add(key, batch = new Batch(key, target.Scenario, target.Seeds, new(StringComparer.Ordinal)));
    batch.Measure(target.What, target.Seeds, target.Figure);
}
var all = batches.Values.ToList();
if (withSweeps)
    all.AddRange(Sweep.All.SelectMany(sweep => sweep.Values.Select(value => sweep.BatchOf(value, sweepNodes))));
var chosen = Batch.Choose(all, only);
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"Nothing is called '{only}'. --list shows what there is.");
    return 2;
}
var ledger = new Ledger(Path.Combine(Directory.CreateDirectory(folder).FullName, "flock-runs.jsonl"), startsOver, CodeIdentity.OfSources);
if (lists)
{
    foreach (var batch in chosen)
        Console.WriteLine(FormattableString.Invariant($"{batch.Key}: {ledger.Of(batch).Count} of {batch.Wanted} seeds{(ledger.FormerOf(batch) is { Count: > 0 } former ? $", and {former.Count} of code {ledger.Former}: --carry" : "")}"));
    return 0;
}
var report = new Report(folder, machine, sweepNodes, batches, ledger);
if (carries)
    return Carry() ? 0 : 1;
var written = Stopwatch.StartNew();
new Schedule(chosen, ledger, budget, seeds).Run(
    parallel,
    (batch, run) =>
    {
        if (run is null || run.Broken.Count > 0 || run.Failed.Count > 0 || batch.Taken.Count == 1)
            Console.WriteLine(FormattableString.Invariant($"  {batch.Key}: {(run is null ? "given up after" : $"seed {run.Seed} in")} {batch.Slowest.TotalSeconds:0.0} s {string.Join("; ", run?.Broken.Concat(run.Failed).Take(2) ?? [])}"));
        if (written.Elapsed < TimeSpan.FromSeconds(20))
            return;
        written.Restart();
        report.Write();
    },
    stopping.Token);
var held = report.Write();
Console.WriteLine(held ? "Every promise held." : $"Not every promise held, or not in every seed: see {Path.Combine(folder, "flock.md")}.");
return held ? 0 : 1;

bool Carry()
{
    try
    {
        var carried = new Succession(chosen, ledger, CodeIdentity.OfSources, budget).Carry(
            (batch, seed, atMost) => batch.Run(seed, batch.IsLarge ? parallel : 1, atMost, stopping.Token), Console.WriteLine);
        report.Write();
        return carried;
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine("Given up: nothing was carried over.");
        return false;
    }
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.Cancel();
}
