using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux doctor</c>: why is a node alone, or missing?</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var address = new Argument<string>("ADDRESS") { Description = "Where a node should be: 10.0.0.2, or 10.0.0.2:23123", Arity = ArgumentArity.ZeroOrOne };
        var command = new TaughtCommand("doctor", "Says why this node is alone, or why the one at an address is missing, and what to do.")
        {
            Examples = [("crux doctor", "this node"), ("crux doctor 10.0.0.7", "why is that one no member?"), ("crux doctor 10.0.0.7 --json | jq -r '.findings[].code'", "for a program")],
        };
        command.Add(address);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            var about = parsed.GetValue(address) ?? "";
            return run.Host is null
                ? run.GuardAsync(stop => ExamineAsync(run, about, stop), token)
                : run.AskAsync((node, stop) => ExamineAsync(run, node, about, stop), token);
        });
        return command;
    }

    private static async Task<int> ExamineAsync(CommandRun run, string address, CancellationToken cancellationToken)
    {
        NodeConnection connection;
        try
        {
            connection = await NodeConnection.OpenAsync(run.SocketPath, run.Timeout, cancellationToken);
        }
        catch (Failure away) when (away.ExitCode == ExitCode.Unreachable)
        {
            Show(run, new ExamineReply { Findings = { LocalDoctor.Look(away.Message) } });
            return ExitCode.Unreachable;
        }
        using var node = connection;
        return await ExamineAsync(run, node, address, cancellationToken);
    }

    private static async Task<int> ExamineAsync(CommandRun run, NodeConnection node, string address, CancellationToken cancellationToken)
    {
        var reply = await node.Operator.ExamineAsync(new ExamineRequest { Address = address }, node.Within(cancellationToken));
        Show(run, reply);
        return reply.Findings.Any(finding => finding.Trouble) ? ExitCode.No : ExitCode.Ok;
    }

    private static void Show(CommandRun run, ExamineReply reply) => run.Answer(
        () => new DoctorJson([.. reply.Findings.Select(finding => new FindingJson(finding.Code, finding.Trouble, finding.What, finding.Remedy))], reply.Udp, reply.Tcp),
        terminal =>
        {
            foreach (var finding in reply.Findings)
            {
                Paragraph.Write(terminal.Out, terminal, finding.Trouble ? new Cell("!", Tone.Bad) : new Cell("ok", Tone.Good), $"{finding.What} ({finding.Code})");
                if (finding.Remedy.Length > 0)
                    Paragraph.Write(terminal.Out, terminal, new Cell("  ->", Tone.Strong), finding.Remedy);
            }
        });
}
