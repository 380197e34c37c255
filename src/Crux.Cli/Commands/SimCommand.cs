using System.CommandLine;
using System.Globalization;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Simulator.Scenarios;

namespace Crux.Cli.Commands;

/// <summary><c>crux sim</c>: runs flocks that exist in this process only. Needs no node.</summary>
internal static class SimCommand
{
    private const int MaxSeeds = 1_000_000;

    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("sim", "Runs a simulated flock: the same decisions as on real machines, in virtual time.")
    {
        CreateRun(terminal, options),
        CreateList(terminal, options),
        SimAnchorCommand.Create(terminal, options),
    };

    private static TaughtCommand CreateRun(Terminal terminal, GlobalOptions options)
    {
        var file = new Argument<string>("FILE") { Description = "A scenario file (docs/simulator.md), or the name of one that ships ('crux sim list')" };
        var seed = new Option<ulong>("--seed") { Description = "Gives the history: the same seed, the same to the last bit", HelpName = "K", DefaultValueFactory = _ => 1UL };
        var seeds = Whole("--seeds", "N", "Run so many seeds, from --seed on", 1, 1, MaxSeeds);
        var nodes = Whole("--nodes", "N", "So many machines instead of the file's", null, 1, ScenarioReader.MaxNodes);
        var loss = new Option<double?>("--loss") { Description = "So much loss instead of the file's, 0 to 1", HelpName = "P" };
        loss.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var given) && given is not (>= 0 and <= 1))
                result.AddError($"--loss is {token.Value}; it may be 0 to 1: 0.3 is 30 %.");
        });
        var parallel = Whole("--parallel", "P", "Cores to use: one seed runs on all of them, many run that many at a time, each with all its memory. The history is the same. Without it as many as there are", null, 1, 256);
        var svg = new Option<string?>("--svg") { Description = "Draw convergence into this file (one seed)", HelpName = "FILE" };
        var command = new TaughtCommand("run", "Runs a scenario and says what came of it; the exit code is 1 where it did not hold.")
        {
            Examples =
            [
                ("crux sim run cold-1k", "one that ships, seed 1"),
                ("crux sim run my.json --seeds 20", "twenty seeds: p50, p99 and worst of each figure"),
                ("crux sim run cold-10k --loss 0.3 --svg curve.svg", "see it converge"),
            ],
        };
        foreach (var option in new Option[] { seed, seeds, nodes, loss, parallel, svg })
            command.Add(option);
        command.Add(file);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.GuardAsync(
                // Away from the caller, who watches for Ctrl-C.
                stop => Task.Run(
                    () =>
                    {
                        var scenario = Read(parsed.GetValue(file)!, out var isPipe);
                        // What came through a pipe can't be read again.
                        if (!isPipe)
                            SimulationRuntime.Choose(parsed.GetValue(nodes) ?? scenario.Nodes, parsed.GetValue(seeds)!.Value);
                        return new SimRun(run, parsed.GetValue(seed), parsed.GetValue(seeds)!.Value, parsed.GetValue(parallel) ?? Environment.ProcessorCount, parsed.GetValue(svg))
                            .Run(scenario, parsed.GetValue(nodes), parsed.GetValue(loss), stop);
                    },
                    stop),
                token);
        });
        return command;
    }

    private static TaughtCommand CreateList(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("list", "Lists the scenarios that ship.") { Examples = [("crux sim list", "what there is to run")] };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.GuardAsync(
                _ =>
                {
                    var scenarios = ScenarioLibrary.Names.Select(ScenarioLibrary.Read).ToList();
                    run.Answer(
                        () => new SimListJson([.. scenarios.Select(it => new SimScenarioJson(it.Name, it.Nodes, it.About))]),
                        it =>
                        {
                            var table = new TextTable("SCENARIO", "NODES", "WHAT HAPPENS");
                            foreach (var scenario in scenarios)
                                table.Add(new Cell(scenario.Name, Tone.Strong), scenario.Nodes.ToString("N0", CultureInfo.InvariantCulture), scenario.About);
                            table.Write(it);
                        });
                    return Task.FromResult(ExitCode.Ok);
                },
                token);
        });
        return command;
    }

    private static ScenarioFile Read(string file, out bool isPipe)
    {
        isPipe = false;
        try
        {
            if (File.Exists(file))
            {
                using var stream = File.OpenRead(file);
                using var bytes = new MemoryStream();
                isPipe = !stream.CanSeek;
                stream.CopyTo(bytes);
                return ScenarioReader.Read(file, bytes.ToArray());
            }
            if (ScenarioLibrary.Names.Contains(file))
                return ScenarioLibrary.Read(file);
        }
        catch (ScenarioException problem)
        {
            throw new Failure(ExitCode.Usage, problem.Message);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new Failure(ExitCode.Refused, problem.Message);
        }
        var meant = Typos.Closest(file, ScenarioLibrary.Names);
        throw new Failure(ExitCode.Usage, $"There is no file '{file}', and no scenario of that name ships.{(meant is null ? "" : $" Did you mean '{meant}'?")} 'crux sim list' shows those that do.");
    }

    private static Option<int?> Whole(string name, string helpName, string description, int? standard, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = helpName };
        if (standard is { } value)
            option.DefaultValueFactory = _ => value;
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) && (given < least || given > most))
                result.AddError($"{name} is {token.Value}; it may be {least} to {most}.");
        });
        return option;
    }
}
