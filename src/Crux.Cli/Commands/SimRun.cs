using System.Diagnostics;
using System.Globalization;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Reports;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Cli.Commands;

/// <summary>One run of <c>crux sim run</c>: one seed with its story, or many with their figures.</summary>
internal sealed class SimRun(CommandRun run, ulong seed, int seeds, int parallel, string? svg)
{
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(1);

    public int Run(ScenarioFile scenario, int? nodes, double? loss, CancellationToken stop)
    {
        if (svg is not null && seeds > 1)
            throw new Failure(ExitCode.Usage, "--svg draws one seed; leave out --seeds.");
        scenario = scenario with { Nodes = nodes ?? scenario.Nodes, Network = loss is { } lost ? scenario.Network with { Loss = lost } : scenario.Network };
        var replay = Replay(nodes, loss);
        try
        {
            // A long run should not end with a picture that has no place.
            if (svg is not null)
                File.OpenWrite(svg).Dispose();
            return seeds == 1 ? RunOne(scenario, replay, stop) : RunMany(scenario, replay, stop);
        }
        catch (ScenarioException problem)
        {
            throw new Failure(ExitCode.Usage, problem.Message);
        }
        catch (Exception problem) when (svg is not null && problem is (IOException or UnauthorizedAccessException))
        {
            throw new Failure(ExitCode.Refused, $"'{svg}' can't be written: {problem.Message}");
        }
    }

    private int RunOne(ScenarioFile scenario, Func<ulong, string> replay, CancellationToken stop)
    {
        var shown = Stopwatch.StartNew();
        var simulation = new ScenarioRun(scenario, seed, Math.Min(parallel, ScenarioRun.MaxWorkers));
        if (run.Terminal.Width is not null && !run.IsJson)
        {
            simulation.Progress = point =>
            {
                if (shown.Elapsed < ProgressPeriod)
                    return;
                shown.Restart();
                run.Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{point.Seconds,8:0.0} s: {point.Full:N0} of {point.Running:N0} running nodes have the full view"));
            };
        }
        var result = simulation.Run(stop);
        if (svg is not null)
            File.WriteAllText(svg, ConvergenceSvg.Draw(result));
        run.Answer(() => SimWords.Json(result, replay), terminal => SimWords.Write(terminal, result, replay));
        return result.Ok ? ExitCode.Ok : ExitCode.No;
    }

    private int RunMany(ScenarioFile scenario, Func<ulong, string> replay, CancellationToken stop)
    {
        var wall = Stopwatch.StartNew();
        var (shown, done, failed) = (Stopwatch.StartNew(), 0, 0);
        var results = SeedSweep.Run(
            scenario, seed, seeds, parallel,
            result =>
            {
                done++;
                failed += result.Ok ? 0 : 1;
                if (run.Terminal.Width is null || run.IsJson || shown.Elapsed < ProgressPeriod)
                    return;
                shown.Restart();
                run.Terminal.Error.WriteLine($"{done} of {seeds} seeds, {failed} failed");
            },
            stop);
        run.Answer(() => SimWords.Json(scenario, seed, results, wall.Elapsed, replay), terminal => SimWords.Write(terminal, results, wall.Elapsed, replay));
        return results.All(result => result.Ok) ? ExitCode.Ok : ExitCode.No;
    }

    private Func<ulong, string> Replay(int? nodes, double? loss)
    {
        var more = (nodes is { } count ? string.Create(CultureInfo.InvariantCulture, $" --nodes {count}") : "")
            + (loss is { } lost ? string.Create(CultureInfo.InvariantCulture, $" --loss {lost}") : "");
        var file = run.Parsed.GetValue<string>("FILE");
        return it => string.Create(CultureInfo.InvariantCulture, $"crux sim run {file} --seed {it}{more}");
    }
}
