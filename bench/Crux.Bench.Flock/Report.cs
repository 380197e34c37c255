using System.Globalization;
using System.Text;
using System.Text.Json;
using Crux.Simulator.Scenarios.Running;
using static System.FormattableString;

namespace Crux.Bench.Flock;

/// <summary>Writes what was measured, as Markdown, JSON and SVG.</summary>
internal sealed class Report(string folder, string machine, int sweepNodes, IReadOnlyDictionary<string, Batch> batches, Ledger ledger)
{
    /// <summary>Of fewer seeds the 99th of a hundred is not known: then the worst counts.</summary>
    private const int LeastForP99 = 100;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes all of it anew.</summary>
    /// <returns>Whether every promise held in all its seeds.</returns>
    public bool Write()
    {
        var text = new StringBuilder()
            .AppendLine("# flock").AppendLine()
            .AppendLine("The flock's figures in the simulator. Frames carry a hash in the place of AES-GCM, signatures one in the place of ECDSA; every")
            .AppendLine("invariant is checked on every seed. Times count from the last boot, or from what was done. p99 and worst are by nearest rank over the")
            .AppendLine("seeds that ran; of fewer than a hundred there is no p99. Crashes, partitions, sick nodes and long rests begin with a settled flock (docs/simulator.md), cold starts don't.").AppendLine()
            .AppendLine(Invariant($"Ran on: {machine}; code {CodeIdentity.OfSources}")).AppendLine()
            .AppendLine("| what | promised | measured | of seeds | runs that broke an invariant | held |").AppendLine("|---|---|---|---|---|---|");
        var rows = Targets.All.Select(target => RowOf(target, batches[Batch.KeyOf(target.Scenario)])).ToList();
        foreach (var row in rows)
            text.AppendLine(Invariant($"| {row.What} | {row.Promised} | {row.Measured} | {row.Ran} of {row.Wanted} | {row.Broken} | {row.Held} |"));
        WriteCarried(text);
        WriteSweeps(text);
        var wrong = batches.Values.SelectMany(ledger.Of).Where(run => run.Broken.Count > 0 || run.Failed.Count > 0).ToList();
        WriteWrong(text, wrong);
        text.AppendLine().AppendLine("Again, from where this ended: `bench/flock --budget MINUTES [--only NAME] [--seeds A..B]`; every run is a line of `flock-runs.jsonl`.");
        File.WriteAllText(Path.Combine(folder, "flock.md"), text.ToString());
        File.WriteAllText(Path.Combine(folder, "flock.json"), JsonSerializer.Serialize(new { machine, code = CodeIdentity.OfSources, carried = ledger.Carried, rows, wrong }, Indented) + "\n");
        return rows.All(row => row.Held == "yes");
    }

    private void WriteCarried(StringBuilder text)
    {
        foreach (var carried in ledger.Carried)
        {
            text.AppendLine().AppendLine(Invariant($"{carried.Runs} runs were made under code {carried.Carried} and adopted by {carried.To}: of {carried.Sample.Count} that ran again, trace hash and"))
                .AppendLine(Invariant($"figures of all {carried.Sample.Count} were the same. {(carried.Unsampled.Count == 0 ? "Every scenario was among them." : $"Not among them: {string.Join(", ", carried.Unsampled)}.")}"));
        }
    }

    private void WriteSweeps(StringBuilder text)
    {
        foreach (var sweep in Sweep.All)
        {
            var points = sweep.Values.Select(value => Sweep.PointOf(value, ledger.Of(sweep.BatchOf(value, sweepNodes)))).ToList();
            if (points.TrueForAll(point => point.Seeds == 0))
                continue;
            text.AppendLine().AppendLine(Invariant($"## By {sweep.Name}, {sweepNodes} nodes")).AppendLine()
                .AppendLine(Invariant($"![{sweep.Name}](flock-{sweep.Name}.svg)")).AppendLine()
                .AppendLine(Invariant($"| {sweep.Axis} | full view, median | worst | bytes of a node's cold start, worst | seeds | broke an invariant |")).AppendLine("|---|---|---|---|---|---|");
            foreach (var point in points)
                text.AppendLine(Invariant($"| {point.At} | {Seconds(point, point.FullView?.Median)} | {Seconds(point, point.FullView?.Max)} | {point.ColdBytes?.Max:N0} | {point.Seeds} | {point.Broken} |"));
            File.WriteAllText(Path.Combine(folder, $"flock-{sweep.Name}.svg"), SweepSvg.Draw(sweep, sweepNodes, points));
        }
    }

    private static void WriteWrong(StringBuilder text, List<SavedRun> wrong)
    {
        const int most = 40;
        if (wrong.Count == 0)
            return;
        text.AppendLine().AppendLine("## Runs in which something did not hold").AppendLine().AppendLine("| scenario, nodes, loss | seed | what |").AppendLine("|---|---|---|");
        foreach (var run in wrong.Take(most))
            text.AppendLine(Invariant($"| {run.Batch} | {run.Seed} | {string.Join("; ", run.Broken.Concat(run.Failed).Take(2)).Replace('|', '/')} |"));
        if (wrong.Count > most)
            text.AppendLine(Invariant($"| and {wrong.Count - most} more | | |"));
    }

    private ReportRow RowOf(Target target, Batch batch)
    {
        var runs = ledger.Of(batch);
        if (target.IsRealTime)
            runs = [.. runs.Where(run => run.RanUnder is null)];
        var measured = runs.Select(run => run.Figures.GetValueOrDefault(target.What)).OfType<double>().ToList();
        var isAll = target.Counts == Counts.Sum && target.NodeSeconds > 0 ? runs.Sum(run => run.NodeSeconds) >= target.NodeSeconds : runs.Count >= target.Seeds;
        var isHeld = measured.Count == runs.Count && runs.Count > 0 && target.Counts switch
        {
            Counts.Sum => measured.Sum() <= target.Limit,
            Counts.Least => measured.Min() >= target.Limit,
            Counts.Worst => Spread.Of(measured).Max <= target.Limit,
            _ => (measured.Count >= LeastForP99 ? Spread.Of(measured).P99 : Spread.Of(measured).Max) <= target.Limit,
        };
        return new ReportRow(
            target.What,
            Promise(target),
            measured.Count > 0 ? target.Counts == Counts.Least ? Number(measured.Min()) : target.Counts == Counts.Sum ? Sum(target, measured, runs) : Spreads(target, measured, runs.Count - measured.Count)
                : batch.IsGivenUp ? Invariant($"no run ended within {batch.Slowest.TotalSeconds:0} s of real time") : runs.Count == 0 ? "not run" : "never",
            runs.Count,
            target.Seeds,
            runs.Count(run => run.Broken.Count > 0),
            runs.Count == 0 ? "not known" : !isHeld ? "**no**" : isAll ? "yes" : "so far");
    }

    private static string Promise(Target target) => target.Counts switch
    {
        Counts.Sum when target.NodeSeconds > 0 => Invariant($"{Number(target.Limit)} in {target.NodeSeconds:0.#e+0} node-seconds"),
        Counts.Sum => Invariant($"{Number(target.Limit)} in {target.Seeds} seeds"),
        Counts.Least => Invariant($">= {Number(target.Limit)}"),
        Counts.Worst => Invariant($"<= {Number(target.Limit)} {target.Unit} (worst of {target.Seeds})"),
        _ => Invariant($"<= {Number(target.Limit)} {target.Unit} (p99 of {target.Seeds})"),
    };

    private static string Spreads(Target target, List<double> measured, int missing)
    {
        var spread = Spread.Of(measured);
        return Invariant($"p50 {Number(spread.Median)}, {(measured.Count >= LeastForP99 ? Invariant($"p99 {Number(spread.P99)}, ") : "")}worst {Number(spread.Max)} {target.Unit}") + (missing > 0 ? Invariant($"; never in {missing}") : "");
    }

    // None in n tries: with 95 % certainty less than one in n/3.
    private static string Sum(Target target, List<double> measured, IReadOnlyList<SavedRun> runs)
    {
        var all = runs.Sum(run => run.NodeSeconds);
        return Invariant($"{measured.Sum():0} in {all:0.0e+0} node-seconds")
            + (measured.Sum() == 0 ? Invariant($" (95 %: under {3 / all:0.0e+0} each)") : "")
            + (target.Calculated is { } bound ? Invariant($"; calculated (FalseEvictionBound): at most {bound:0e+0} each") : "");
    }

    private static string Seconds(SweepPoint point, double? value) => value is { } it ? Invariant($"{it:0.00} s") : point.Seeds == 0 ? "not run" : "never";

    private static string Number(double value) => value.ToString(value >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);
}
