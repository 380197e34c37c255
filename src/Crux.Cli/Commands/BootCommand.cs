using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux boot</c>: how the node's start-up went, or what it waits for.</summary>
internal static class BootCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("boot", "Shows the steps of this node's start-up: state, duration, what each waits for.")
        {
            Examples = [("crux boot", "exit code 1 until every step is done"), ("until crux boot >/dev/null; do sleep 1; done", "wait for it in a script")],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ShowAsync(run, node, stop), token);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var steps = (await node.Operator.GetBootAsync(new GetBootRequest(), node.Within(cancellationToken))).Steps;
        var booted = steps.Count > 0 && steps.All(step => step.State is BootState.Done or BootState.Idle);
        run.Answer(
            () => new BootJson(booted, [.. steps.Select(ToJson)]),
            terminal =>
            {
                var table = new TextTable("STEP", "STATE", "TOOK", "AFTER", "");
                foreach (var step in steps)
                    table.Add(new Cell(step.Name, Tone.Strong), Words.Painted(step.State), Took(step), step.After.Count > 0 ? string.Join(", ", step.After) : "-", Detail(step));
                table.Write(terminal);
            });
        foreach (var failed in steps.Where(step => step.State == BootState.Failed))
            run.Warn($"'{failed.Name}' failed. See 'journalctl -u fulcrum' and 'fulcrum check'.");
        return booted ? ExitCode.Ok : ExitCode.No;
    }

    private static string Took(BootStep step) => step.State is BootState.Pending or BootState.Idle ? "-" : SpanText.Brief(step.Took?.ToTimeSpan() ?? TimeSpan.Zero);

    private static string Detail(BootStep step) => step.Problem.Length > 0 ? step.Problem : step.WaitsFor.Length > 0 ? $"waits for {step.WaitsFor}" : "";

    private static BootStepJson ToJson(BootStep step) =>
        new(step.Name, Words.Of(step.State), step.Took?.ToTimeSpan().TotalSeconds ?? 0, step.WaitsFor, step.Problem, [.. step.After]);
}
