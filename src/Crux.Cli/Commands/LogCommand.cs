using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Cli.Commands;

/// <summary><c>crux log</c>: how much the running node logs, for a while.</summary>
internal static class LogCommand
{
    private const string Everything = "*";

    private static readonly string[] Levels = ["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"];
    private static readonly TimeSpan DefaultTime = TimeSpan.FromMinutes(10);

    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("log", "Sets how much the running node logs, for a while.")
    {
        CreateSet(terminal, options),
        CreateList(terminal, options),
    };

    private static TaughtCommand CreateSet(Terminal terminal, GlobalOptions options)
    {
        var words = new Argument<string[]>("CATEGORY=LEVEL [for TIME]")
        {
            Arity = new ArgumentArity(1, 3),
            Description = "A feature such as Crux.Flock, a category such as Microsoft.AspNetCore, or * for all; Trace, Debug, Information, Warning, Error, Critical or None; "
                + "for 1s to 24h, 10m where nothing is said",
        };
        words.Validators.Add(result =>
        {
            if (!TryRead([.. result.Tokens.Select(token => token.Value)], out _, out var problem))
                result.AddError(problem);
        });
        var command = new TaughtCommand("set", "Sets the log level of a category and everything beneath it, at once and until the time is over.")
        {
            Examples =
            [
                ("crux log set Crux.Flock=Debug for 10m", "see what the flock does"),
                ("crux log set '*=Warning' for 1h", "quiet"),
            ],
        };
        command.Add(words);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync(
                async (node, stop) =>
                {
                    TryRead(parsed.GetValue(words)!, out var request, out _);
                    Show(run, await node.Operator.SetLogLevelAsync(request, node.Within(stop)));
                    return ExitCode.Ok;
                },
                token);
        });
        return command;
    }

    private static TaughtCommand CreateList(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("list", "Lists the log levels that are set for a while, with the time left.");
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync(
                async (node, stop) =>
                {
                    Show(run, await node.Operator.ListLogLevelsAsync(new ListLogLevelsRequest(), node.Within(stop)));
                    return ExitCode.Ok;
                },
                token);
        });
        return command;
    }

    private static bool TryRead(string[] words, out SetLogLevelRequest request, out string problem)
    {
        request = new SetLogLevelRequest();
        var equals = words.Length > 0 ? words[0].IndexOf('=', StringComparison.Ordinal) : -1;
        if (equals <= 0 || words.Length == 2 || (words.Length == 3 && words[1] != "for"))
        {
            problem = "Write CATEGORY=LEVEL, and for how long: 'crux log set Crux.Flock=Debug for 10m'.";
            return false;
        }
        var level = words[0][(equals + 1)..];
        var known = Levels.FirstOrDefault(it => string.Equals(it, level, StringComparison.OrdinalIgnoreCase));
        if (known is null)
        {
            var meant = Typos.Closest(level, Levels);
            problem = $"'{level}' is no log level{(meant is null ? "" : $". Did you mean '{meant}'?")} (levels: {string.Join(", ", Levels)}).";
            return false;
        }
        var time = DefaultTime;
        if (words.Length == 3 && !SpanText.TryParse(words[2], out time, out problem!))
            return false;
        if (time < TimeSpan.FromSeconds(1) || time > TimeSpan.FromHours(24))
        {
            problem = "A log level is set for 1s to 24h.";
            return false;
        }
        var category = words[0][..equals];
        request = new SetLogLevelRequest { Category = category == Everything ? "" : category, Level = known, ExpiresIn = Duration.FromTimeSpan(time) };
        problem = "";
        return true;
    }

    private static void Show(CommandRun run, ListLogLevelsReply reply)
    {
        Print(run, reply);
        foreach (var warning in reply.Warnings)
            run.Warn(warning);
    }

    private static void Print(CommandRun run, ListLogLevelsReply reply) => run.Answer(
        () => new LogLevelsJson(
            [.. reply.Overrides.Select(it => new LogLevelJson(it.Category, it.Level, it.ExpiresIn.ToTimeSpan().TotalSeconds))], [.. reply.Warnings]),
        terminal =>
        {
            if (reply.Overrides.Count == 0)
            {
                terminal.Out.WriteLine("No log level is overridden: the node's configuration holds.");
                return;
            }
            var table = new TextTable("CATEGORY", "LEVEL", "FOR ANOTHER");
            foreach (var it in reply.Overrides)
                table.Add(new Cell(it.Category.Length > 0 ? it.Category : Everything, Tone.Strong), it.Level, SpanText.Brief(TimeSpan.FromSeconds(Math.Ceiling(it.ExpiresIn.ToTimeSpan().TotalSeconds))));
            table.Write(terminal);
        });
}
