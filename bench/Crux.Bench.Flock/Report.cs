using System.Globalization;
using System.Text;
using System.Text.Json;
using Crux.Simulator.Scenarios.Running;
using static System.FormattableString;

namespace Crux.Bench.Flock;

/// <summary>Writes what was measured, as Markdown, JSON and SVG.</summary>
internal sealed class Report(string folder, string machine, TimeSpan budget)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public bool Write(IReadOnlyDictionary<string, Batch> batches, IReadOnlyList<(Sweep Sweep, int Nodes, IReadOnlyList<SweepPoint> Points)> sweeps)
    {
        var text = new StringBuilder()
            .AppendLine("# flock").AppendLine()
            .AppendLine("The flock's figures in the simulator. Frames carry a hash in the place of AES-GCM, signatures one in the place of ECDSA; every")
            .AppendLine("invariant is checked on every seed. Times count from the last boot. p99 and worst are by nearest rank over the seeds that ran.").AppendLine()
            .AppendLine(Invariant($"Ran on: {machine}; budget {budget.TotalMinutes:0} min")).AppendLine()
            .AppendLine("| what | promised | measured | of seeds | runs that broke an invariant | held |").AppendLine("|---|---|---|---|---|---|");
        var rows = Targets.All.Select(target => RowOf(target, batches[Batch.KeyOf(target.Scenario)])).ToList();
        foreach (var row in rows)
            text.AppendLine(Invariant($"| {row.What} | {row.Promised} | {row.Measured} | {row.Of} | {row.Broken} | {row.Held} |"));
        foreach (var (sweep, nodes, points) in sweeps)
        {
            text.AppendLine().AppendLine(Invariant($"## By {sweep.Name}, {nodes} nodes")).AppendLine()
                .AppendLine(Invariant($"![{sweep.Name}](flock-{sweep.Name}.svg)")).AppendLine()
                .AppendLine(Invariant($"| {sweep.Axis} | full view, median | worst | bytes of a node's cold start, worst | seeds | broke an invariant |")).AppendLine("|---|---|---|---|---|---|");
            foreach (var point in points)
                text.AppendLine(Invariant($"| {point.At} | {Seconds(point.FullView?.Median)} | {Seconds(point.FullView?.Max)} | {point.ColdBytes?.Max:N0} | {point.Seeds} | {point.Broken} |"));
            File.WriteAllText(Path.Combine(folder, $"flock-{sweep.Name}.svg"), SweepSvg.Draw(sweep, nodes, points));
        }
        text.AppendLine().AppendLine(Invariant($"Again: `bench/flock --budget {budget.TotalMinutes:0}`"));
        File.WriteAllText(Path.Combine(folder, "flock.md"), text.ToString());
        var runs = batches.ToDictionary(it => it.Key, it => SeedSweep.FiguresOf(it.Value.Results));
        var broken = batches.Values.SelectMany(batch => batch.Results).Where(run => run.Violations.Count > 0)
            .Select(run => new { run.Scenario, run.Nodes, run.Seed, what = run.Violations.Select(it => it.ToString()) });
        File.WriteAllText(
            Path.Combine(folder, "flock.json"),
            JsonSerializer.Serialize(new { machine, budgetMinutes = budget.TotalMinutes, rows, runs, broken, sweeps = sweeps.Select(it => new { it.Sweep.Name, it.Nodes, it.Points }) }, Indented) + "\n");
        return rows.All(row => row.Held == "yes");
    }

    private static ReportRow RowOf(Target target, Batch batch)
    {
        var measured = batch.Results.Select(target.Figure).OfType<double>().ToList();
        var missing = batch.Results.Count - measured.Count;
        var spread = Spread.Of(measured);
        var counts = target.Worst ? spread.Max : spread.P99;
        var seen = measured.Count == 0
            ? batch.IsGivenUp ? Invariant($"no run ended within {batch.Slowest.TotalSeconds:0} s of real time") : batch.Results.Count == 0 ? "not run" : "never"
            : Invariant($"p50 {Number(spread.Median)}, p99 {Number(spread.P99)}, worst {Number(spread.Max)} {target.Unit}") + (missing > 0 ? Invariant($"; never in {missing}") : "");
        var isHeld = measured.Count > 0 && missing == 0 && counts <= target.Limit;
        return new ReportRow(
            target.What,
            Invariant($"<= {Number(target.Limit)} {target.Unit} ({(target.Worst ? "worst" : "p99")} of {target.Seeds})"),
            seen,
            batch.Results.Count.ToString(CultureInfo.InvariantCulture),
            batch.Results.Count(run => run.Violations.Count > 0),
            batch.Results.Count == 0 ? "not known" : !isHeld ? "**no**" : batch.Results.Count < target.Seeds ? "so far" : "yes");
    }

    private static string Seconds(double? value) => value is { } it ? Invariant($"{it:0.00} s") : "never";

    private static string Number(double value) => value.ToString(value >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);
}
