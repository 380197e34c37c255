using System.CommandLine;
using System.Globalization;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Cli.Commands;

/// <summary><c>crux watch</c>: what happens from now on, until Ctrl-C.</summary>
internal static class WatchCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("watch", "Shows what happens on this node from now on. Ctrl-C ends it, with exit code 0.")
        {
            Examples =
            [
                ("crux watch", "members, leaders, services, steward, start-up, alarms"),
                ("crux watch --json | jq -r 'select(.kind == \"leader\").text'", "leaders only"),
            ],
        };
        command.SetAction(async (parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            var code = await run.AskAsync((node, stop) => FollowAsync(run, node, stop), token);
            // Ctrl-C is how a watch ends: nothing was cut short.
            return code == ExitCode.Interrupted ? ExitCode.Ok : code;
        });
        return command;
    }

    private static async Task<int> FollowAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        // No deadline on the stream: the node's silence means that nothing happens. Its name comes under the deadline, so a hung node is found out.
        var status = await node.Operator.GetStatusAsync(new GetStatusRequest(), node.Within(cancellationToken));
        using var call = node.Operator.WatchEvents(new WatchEventsRequest(), new CallOptions(cancellationToken: cancellationToken));
        await call.ResponseHeadersAsync;
        if (!run.IsJson)
            await run.Terminal.Error.WriteLineAsync($"Watching {status.Node.Name} ({status.FlockId}); Ctrl-C ends.");
        await foreach (var happened in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            run.Answer(() => new EventJson(Words.At(happened.UnixMs), happened.Kind, happened.Text), terminal => Write(happened, terminal));
            await run.Terminal.Out.FlushAsync(cancellationToken);
        }
        throw new Failure(ExitCode.Unreachable, "The node has stopped. See 'systemctl status fulcrum'.");
    }

    private static void Write(Event happened, Terminal terminal)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(happened.UnixMs).LocalDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var tone = happened.Kind == "alarm" ? Tone.Bad : Tone.Strong;
        Paragraph.Write(terminal.Out, terminal, new Cell($"{at}  {happened.Kind,-8}", tone), happened.Text);
    }
}
