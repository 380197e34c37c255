using System.CommandLine;
using System.CommandLine.Parsing;
using Crux.Cli.Completion;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Cli.Commands;

/// <summary><c>crux health</c>: who was up, when, and why not.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromHours(12);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(14);
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var selector = new Argument<string?>("SELECTOR") { Description = "Only an api ('galumph2') or one instance ('galumph2_3')", Arity = ArgumentArity.ZeroOrOne };
        var since = new Option<TimeSpan>("--since") { Description = "How far back", HelpName = "TIME", DefaultValueFactory = _ => DefaultWindow, CustomParser = ReadSince };
        var by = new Option<string?>("--by") { Description = "What each line is about. Without it: 'place' where a SELECTOR or a node is given, else 'service'", HelpName = "LEVEL" };
        by.AcceptOnlyFromAmong([.. HealthWords.Levels]);
        var node = new Option<string?>("--node") { Description = "Only this node, by name or id", HelpName = "NODE" };
        var watch = new Option<bool>("--watch") { Description = "Show it again every two seconds, until Ctrl-C" };
        var command = new TaughtCommand("health", "Shows who was up, when, and why not: the flock's availability history, with a timeline.")
        {
            Examples =
            [
                ("crux health", "every service, over the last 12 hours"),
                ("crux health galumph2 --since 1h", "each place where it runs, with what happened"),
                ("crux health --by node --watch", "all nodes, again and again"),
                ("crux health galumph2 --json | jq '.lines[] | select(.available < 0.999)'", "who was away for long"),
            ],
        };
        command.Add(selector);
        command.Add(since);
        command.Add(by);
        command.Add(node);
        command.Add(watch);
        selector.CompletionSources.Add(context => KnownSelectors.Complete(context, options));
        command.SetAction(async (parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            var request = new ShowHealthRequest
            {
                SinceMs = (long)parsed.GetValue(since).TotalMilliseconds, Pieces = (uint)HealthTable.PiecesFor(terminal), Node = parsed.GetValue(node) ?? "",
            };
            Task<int> Once() => run.AskAsync((asked, stop) => ShowAsync(run, asked, request, parsed.GetValue(selector), parsed.GetValue(by), parsed.GetValue(watch), stop), token);
            return parsed.GetValue(watch) ? await RepeatAsync(Once, token) : await Once();
        });
        return command;
    }

    // Ctrl-C is how a watch ends: nothing was cut short.
    private static async Task<int> RepeatAsync(Func<Task<int>> once, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await once() is var code && code is not (ExitCode.Ok or ExitCode.No or ExitCode.Interrupted))
                return code;
            await Task.Delay(WatchPeriod, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return ExitCode.Ok;
    }

    private static async Task<int> ShowAsync(
        CommandRun run, NodeConnection node, ShowHealthRequest request, string? text, string? by, bool isWatch, CancellationToken cancellationToken)
    {
        if (text is not null)
            request.Selector = Read(text);
        request.Level = by is null ? text is null && request.Node.Length == 0 ? HealthLevel.Service : HealthLevel.Place : HealthWords.LevelOf(by);
        var parts = new List<ShowHealthReply>();
        using (var call = node.Health.Show(request, node.Within(cancellationToken)))
        {
            await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
                parts.Add(part);
        }
        var window = parts[0];
        var lines = parts.SelectMany(part => part.Lines).ToList();
        if (isWatch && run.Terminal.Width is not null && !run.IsJson)
            await run.Terminal.Out.WriteAsync("\e[H\e[2J".AsMemory(), cancellationToken);
        run.Answer(
            () => new HealthJson(
                Words.At(window.FromUnixMs), Words.At(window.UntilUnixMs), window.SinceUnixMs == 0 ? "" : Words.At(window.SinceUnixMs), window.AnsweredBy, window.Note, window.Omitted,
                [.. lines.Select(HealthLineJson.Of)]),
            terminal => Write(terminal, request, window, lines));
        if (window.Note.Length > 0)
            run.Warn($"{char.ToUpperInvariant(window.Note[0])}{window.Note[1..]}.{(window.Note.StartsWith("nobody leads", StringComparison.Ordinal) ? " See 'crux leader'." : "")}");
        if (window.Omitted > 0)
            run.Warn($"{window.Omitted} more lines were left out: name a service or a node.");
        if (window.SinceUnixMs > window.FromUnixMs)
            run.Warn($"The record begins {SpanText.Brief(TimeSpan.FromMilliseconds(window.UntilUnixMs - window.SinceUnixMs))} ago.");
        await run.Terminal.Out.FlushAsync(cancellationToken);
        return lines.Count > 0 ? ExitCode.Ok : ExitCode.No;
    }

    private static void Write(Terminal terminal, ShowHealthRequest request, ShowHealthReply window, List<HealthLine> lines)
    {
        if (lines.Count == 0)
            terminal.Out.WriteLine("Nothing is on record for this. See 'crux services' for all that is registered.");
        else
            HealthTable.Write(terminal, request.Level, window, lines, (int)request.Pieces);
    }

    private static Protos.Selector Read(string text) => Crux.Selector.TryParse(text, out var selector, out var problem)
        ? new Protos.Selector { Group = selector.Group, Api = selector.Api, Version = selector.Version ?? "" }
        : throw new Failure(ExitCode.Usage, problem);

    private static TimeSpan ReadSince(ArgumentResult result)
    {
        if (!SpanText.TryParse(result.Tokens.Single().Value, out var span, out var problem))
            result.AddError(problem);
        else if (span < TimeSpan.FromSeconds(1) || span > LongestWindow)
            result.AddError("--since is from 1s to 14d.");
        return span;
    }
}
