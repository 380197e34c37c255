using System.CommandLine;
using Crux.Machines.Trust;
using Google.Protobuf;

namespace Crux.Cli.Commands;

/// <summary><c>crux trust revoke NODE --service</c> and <c>restore</c>: the keys of one service or client on a node.</summary>
internal static class TrustKeyCommands
{
    public static TaughtCommand CreateRestore(Terminal terminal, GlobalOptions options)
    {
        var nodes = new Argument<string[]>("NODE") { Description = NodeNames.InWords, Arity = ArgumentArity.OneOrMore };
        var service = new Option<string>("--service") { Description = "The instance or client that was named", Required = true, HelpName = "NAME" };
        var to = new Option<string?>("--to") { Description = "The api or instance that was named, if one was", HelpName = "NAME" };
        var command = new TaughtCommand("restore", "Lifts what 'crux trust revoke NODE --service' said. Old keys count again where they were not replaced: after a theft leave it as it is.")
        {
            Examples = [("crux trust restore node17 --service web --operator-key prod.operator", "after '--for-good'")],
        };
        command.Add(nodes);
        command.Add(service);
        command.Add(to);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) => RestoreAsync(
            new CommandRun(terminal, options, parsed), parsed.GetValue(options.OperatorKey)!, new(parsed.GetValue(nodes)!, parsed.GetValue(service)!, parsed.GetValue(to) ?? "", ForGood: false), token));
        return command;
    }

    /// <summary>Takes keys back.</summary>
    public static Task<int> RevokeAsync(CommandRun run, string keyPath, RevokedService keys, CancellationToken token) => ChangeAsync(
        run,
        keyPath,
        keys,
        RuleChange.BanKeys,
        async (node, changes, stop) => await KeyNameDoubt.WarnAsync(run, node, keys.Service, [.. changes.Select(change => ByteString.CopyFrom(change.Ban!.Node.ToArray()))], stop)
            ? ExitCode.No
            : ExitCode.Ok,
        token);

    private static Task<int> RestoreAsync(CommandRun run, string keyPath, RevokedService keys, CancellationToken token) =>
        ChangeAsync(run, keyPath, keys, RuleChange.LiftBan, (_, _, _) => Task.FromResult(ExitCode.Ok), token);

    private static Task<int> ChangeAsync(
        CommandRun run, string keyPath, RevokedService keys, Func<KeyBan, RuleChange> change, Func<NodeConnection, IReadOnlyList<RuleChange>, CancellationToken, Task<int>> afterwards, CancellationToken token)
    {
        if (!NameRules.Holds(keys.Service) || (keys.To.Length > 0 && !NameRules.Holds(keys.To)))
            return Task.FromResult(run.Fail(ExitCode.Usage, $"--service is an instance ('galumph2_3') or a client's name, --to an api or an instance; each needs {NameRules.InWords}."));
        return TrustChangeCommands.ChangeAsync(
            run,
            keyPath,
            async (node, _, stop) => [.. (await NodeNames.FindAsync(node, keys.Nodes, stop)).Select(id => change(new KeyBan(id, keys.Service, keys.To, Since: 0, keys.ForGood)))],
            afterwards,
            token);
    }
}
