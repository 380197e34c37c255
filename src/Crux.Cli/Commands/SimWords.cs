using System.Globalization;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Reports;
using Crux.Simulator.Scenarios.Running;
using static System.FormattableString;

namespace Crux.Cli.Commands;

/// <summary>What simulations came to, as JSON and for people.</summary>
internal static class SimWords
{
    private const int MostShown = 20;

    public static SimRunJson Json(RunResult result, Func<ulong, string> replay) => new(
        result.Scenario,
        result.Seed,
        result.Nodes,
        result.StartedSettled ? "settled" : "cold",
        Hash(result.TraceHash),
        result.Ok,
        Brief(result.FullViewSeconds),
        Brief(result.ProvisionalLeaderSeconds),
        Brief(result.FencedLeaderSeconds),
        [.. result.Awaited.Select(it => new SimAwaitedJson(it.Name, Brief(it.Seconds), it.WithinSeconds))],
        Json(result.ViewsPerNode),
        result.ViewChanges,
        [.. result.SettledSizes],
        result.LeaderChanges,
        result.EvictionsTrue,
        result.EvictionsFalse,
        new SimKeysJson(
            result.Keys.Rotations, result.Keys.Ordered, result.Keys.Generation, result.Keys.MembersLost, result.Keys.FramesSealed, result.Keys.NoncesRepeated,
            result.Keys.Replays, result.Keys.ReplaysAccepted),
        Json(result.ColdStart),
        Json(result.Steady),
        Json(result.PeakBytesPerSecond),
        result.Events,
        Brief(result.VirtualSeconds),
        Brief(result.WallSeconds),
        [.. result.Violations.Select(it => new SimViolationJson(it.Invariant.ToString(), Brief(it.At.TotalSeconds), it.What))],
        [.. result.Failures],
        replay(result.Seed));

    public static SimSweepJson Json(ScenarioFile scenario, ulong first, IReadOnlyList<RunResult> results, TimeSpan wall, Func<ulong, string> replay) => new(
        scenario.Name,
        scenario.Nodes,
        first,
        results.Count,
        results.All(it => it.Ok),
        Brief(wall.TotalSeconds),
        [.. SeedSweep.FiguresOf(results).Select(it => new SimFigureJson(it.Name, it.Measured, Brief(it.P50), Brief(it.P99), Brief(it.Worst)))],
        [.. results.Where(it => !it.Ok).Take(MostShown).Select(it => Json(it, replay))],
        [.. results.Select(it => new SimTraceJson(it.Seed, Hash(it.TraceHash), it.Ok))]);

    public static void Write(Terminal terminal, RunResult result, Func<ulong, string> replay)
    {
        var output = terminal.Out;
        output.WriteLine(Invariant($"{result.Scenario}, seed {result.Seed}, {result.Nodes:N0} nodes{(result.StartedSettled ? ", settled at the start" : "")}: trace {Hash(result.TraceHash)}"));
        output.WriteLine();
        foreach (var entry in result.Timeline)
            output.WriteLine(Invariant($"{entry.Seconds,9:0.00} s  {entry.What}"));
        output.WriteLine();
        output.WriteLine("Nodes with the full view, of those that run:");
        output.Write(ConvergenceText.Draw(result.Convergence, terminal.Width ?? Terminal.DefaultWidth));
        output.WriteLine();
        var table = new TextTable("WHAT", "RESULT");
        table.Add("full view after the last boot", Seconds(result.FullViewSeconds));
        table.Add("provisional leader", Seconds(result.ProvisionalLeaderSeconds));
        table.Add("fenced leader", Seconds(result.FencedLeaderSeconds));
        foreach (var awaited in result.Awaited)
            table.Add(awaited.Name, awaited.Seconds is null ? Invariant($"not within {awaited.WithinSeconds} s") : Seconds(awaited.Seconds));
        table.Add("views a node went through", Text(result.ViewsPerNode));
        table.Add("sizes reported as settled", Invariant($"{result.SettledSizes.Count}: {string.Join(", ", result.SettledSizes.Take(MostShown))}"));
        table.Add("leader changes", Invariant($"{result.LeaderChanges}"));
        table.Add("evictions", Invariant($"{result.EvictionsTrue} with cause, {result.EvictionsFalse} without"));
        table.Add("turns of keys", Invariant($"{result.Keys.Rotations:N0}, {result.Keys.Ordered} of them ordered; {result.Keys.MembersLost} members lost"));
        table.Add("nonces, replays", Invariant($"{result.Keys.NoncesRepeated} of {result.Keys.FramesSealed:N0} repeated, {result.Keys.ReplaysAccepted} of {result.Keys.Replays:N0} accepted"));
        if (result.ColdStart is { } cold)
            table.Add("a node's cold start", Invariant($"{Text(cold.Bytes)} B, {Text(cold.Datagrams)} datagrams"));
        if (result.Steady is { } steady)
            table.Add("a node at rest, per second", Invariant($"{Text(steady.BytesWithHeaders)} B with headers, {Text(steady.Datagrams)} datagrams"));
        table.Add("a node's busiest second", Invariant($"{Text(result.PeakBytesPerSecond)} B"));
        table.Add("simulated", Invariant($"{result.VirtualSeconds:0.0} s in {result.WallSeconds:0.0} s, {result.Events:N0} events"));
        table.Write(terminal);
        output.WriteLine();
        WriteVerdict(terminal, result, replay);
    }

    public static void Write(Terminal terminal, IReadOnlyList<RunResult> results, TimeSpan wall, Func<ulong, string> replay)
    {
        var failed = results.Where(it => !it.Ok).ToList();
        var table = new TextTable("FIGURE", "P50", "P99", "WORST", "SEEDS");
        foreach (var figure in SeedSweep.FiguresOf(results))
            table.Add(figure.Name, Number(figure.P50), Number(figure.P99), Number(figure.Worst), Invariant($"{figure.Measured}"));
        table.Write(terminal);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(Invariant($"{results.Count} seeds in {wall.TotalSeconds:0.0} s, {failed.Count} failed."));
        foreach (var result in failed.Take(MostShown))
            WriteVerdict(terminal, result, replay);
    }

    private static void WriteVerdict(Terminal terminal, RunResult result, Func<ulong, string> replay)
    {
        if (result.Ok)
        {
            terminal.Out.WriteLine("Every invariant and every expectation held.");
            return;
        }
        foreach (var text in result.Violations.Select(it => it.ToString()).Concat(result.Failures).Take(MostShown))
            Paragraph.Write(terminal.Out, terminal, new Cell("!", Tone.Bad), Invariant($"seed {result.Seed}: {text}"));
        terminal.Out.WriteLine($"  Again: {replay(result.Seed)}");
    }

    private static SimSpreadJson Json(Spread spread) => new(Brief(spread.Median), Brief(spread.P99), Brief(spread.Max), Brief(spread.Mean));

    private static SimTrafficJson? Json(TrafficFigures? it) =>
        it is null ? null : new(Brief(it.Seconds), Json(it.Datagrams), Json(it.Bytes), Json(it.BytesWithHeaders));

    private static string Hash(ulong trace) => trace.ToString("x16", CultureInfo.InvariantCulture);

    private static double Brief(double value) => Math.Round(value, 3);

    private static double? Brief(double? value) => value is { } it ? Brief(it) : null;

    private static string Seconds(double? value) => value is { } it ? Invariant($"{it:0.00} s") : "not measured";

    private static string Text(Spread spread) => $"{Number(spread.Median)} median, {Number(spread.P99)} p99, {Number(spread.Max)} most";

    private static string Number(double value) => value.ToString(value >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);
}
