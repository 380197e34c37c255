using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux key</c>: the keys that the flock makes for itself.</summary>
internal static class KeyCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("key", "Shows and replaces the keys that the flock makes for itself.")
    {
        CreateShow(terminal, options),
        CreateRotate(terminal, options),
    };

    private static TaughtCommand CreateShow(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("show", "Shows which keys are in use, how old they are, and how far a new generation has come.")
        {
            Examples = [("crux key show", "no key is ever shown"), ("crux key show --json | jq .ageSeconds", "for a monitor")],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ShowAsync(run, node, stop), token);
        });
        return command;
    }

    private static TaughtCommand CreateRotate(Terminal terminal, GlobalOptions options)
    {
        var key = options.OperatorKey;
        var exclude = new Option<string[]>("--exclude") { Description = $"Members not to wait for: {NodeNames.InWords}", HelpName = "NODE", DefaultValueFactory = _ => [] };
        var command = new TaughtCommand("rotate", "Has the leader make new keys, and every member take them into use once all hold them.")
        {
            Examples =
            [
                ("crux key rotate --operator-key prod.operator --timeout 1m", "waits until all is done, and shows how it goes"),
                ("crux key rotate --operator-key prod.operator --exclude node17", "does not wait for node17; it asks for the keys when it can"),
            ],
        };
        OperatorOrders.NeedKey(command, options);
        command.Add(exclude);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => RotateAsync(run, node, parsed.GetValue(key)!, parsed.GetValue(exclude)!, stop), token);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var keys = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
        Answer(run, keys);
        if (keys.Refused.Length > 0)
            run.Warn(keys.Refused);
        return ExitCode.Ok;
    }

    private static async Task<int> RotateAsync(CommandRun run, NodeConnection node, string keyPath, string[] excluded, CancellationToken cancellationToken)
    {
        var ids = await NodeNames.FindAsync(node, excluded, cancellationToken);
        var before = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
        await OperatorOrders.GiveAsync(node, keyPath, OrderKind.RotateKeys, OrderNodes.Write(ids), cancellationToken);
        var keys = await Rotation.FollowAsync(run, node, before.Generation, cancellationToken);
        Answer(run, keys);
        return Rotation.Tell(run, keys, before.Generation);
    }

    private static void Answer(CommandRun run, GetKeysReply keys) => run.Answer(
        () => new KeysJson(
            keys.Generation, keys.Epoch, keys.Age.ToTimeSpan().TotalSeconds, keys.Next, keys.Holding, keys.Needed, [.. keys.Missing], keys.Refused.Length > 0 ? keys.Refused : null),
        terminal =>
        {
            terminal.Out.WriteLine($"{new Cell("in use", Tone.Strong).For(terminal)}  {Rotation.Describe(keys)}");
            if (keys.Next > 0)
                terminal.Out.WriteLine($"{new Cell("coming", Tone.Strong).For(terminal)}  generation {keys.Next}: {keys.Holding} of {keys.Needed} members hold it");
        });
}
