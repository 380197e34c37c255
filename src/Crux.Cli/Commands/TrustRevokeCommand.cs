using System.CommandLine;
using Crux.Cli.Json;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux trust revoke</c>: nobody trusts a node any more, or some of the keys that it signed, from the order on.</summary>
internal static class TrustRevokeCommand
{
    public static TaughtCommand Create(Terminal terminal, GlobalOptions options)
    {
        var nodes = new Argument<string[]>("NODE") { Description = NodeNames.InWords, Arity = ArgumentArity.OneOrMore };
        var service = new Option<string?>("--service") { Description = "Only the keys of this instance ('galumph2_3') or client on these nodes; their processes take new ones", HelpName = "NAME" };
        var to = new Option<string?>("--to") { Description = "With --service: only the keys with which it calls this api or instance", HelpName = "NAME" };
        var forGood = new Option<bool>("--for-good") { Description = "With --service: new keys are void too, until 'crux trust restore'" };
        var command = new TaughtCommand("revoke", "Takes trust from nodes for good: their connections and streams end everywhere, their services are gone, and new keys leave them out. Or only from keys of one service there.")
        {
            Examples = [("crux trust revoke node17 --service web --operator-key prod.operator", "a stolen key of a process: void everywhere, connections ended, a new one taken"), ("crux trust revoke node17 --operator-key prod.operator", "a stolen machine; then do what the command says"), ("crux node approve node17 --operator-key prod.operator", "undoes it")],
        };
        command.Add(nodes);
        command.Add(service);
        command.Add(to);
        command.Add(forGood);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            if (parsed.GetValue(service) is { } named)
            {
                return TrustKeyCommands.RevokeAsync(
                    run, parsed.GetValue(options.OperatorKey)!, new(parsed.GetValue(nodes)!, named, parsed.GetValue(to) ?? "", parsed.GetValue(forGood)), token);
            }
            if (parsed.GetValue(to) is not null || parsed.GetValue(forGood))
                return Task.FromResult(run.Fail(ExitCode.Usage, "--to and --for-good are about the keys of one service: name it with --service. A node is revoked as a whole."));
            return run.AskAsync((node, stop) => RevokeAsync(run, node, parsed.GetValue(options.OperatorKey)!, parsed.GetValue(nodes)!, stop), token);
        });
        return command;
    }

    /// <summary>Gives the order, and says what else is needed.</summary>
    public static async Task<int> RevokeAsync(CommandRun run, NodeConnection node, string keyPath, string[] nodes, CancellationToken cancellationToken)
    {
        var ids = await NodeNames.FindAsync(node, nodes, cancellationToken);
        var order = await OperatorOrders.GiveAsync(node, keyPath, OrderKind.Revoke, OrderNodes.Write(ids), cancellationToken);
        run.Answer(
            () => new OrderJson("revoke", order.Sequence, [.. ids.Select(id => id.ToString())]),
            terminal => terminal.Out.WriteLine($"Order {order.Sequence}, revoke {string.Join(", ", nodes)}: their connections end wherever it is heard, within seconds everywhere, and for good."));
        var keys = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
        run.Warn(keys.Generation == 0
            ? "This flock has no keys of its own yet: until it has, who holds the flock file reads it and speaks in it. They come with the leader that voters elect; see 'crux key show', and take the machine off the network till then."
            : "They read what members tell each other until the new generation of keys is in use, a moment from now: see 'crux key show'.");
        if (!keys.NeedsApproval)
            run.Warn("Admission is open: who has the flock file from such a machine comes back under a new identity. Close that with 'crux node admission approve', then replace the file with 'crux secret replace --out NEW.flock'.");
        else
            run.Warn("Admission is by approval, so nobody comes back unseen; the flock file of such a machine is known all the same: 'crux secret replace --out NEW.flock' makes it worthless.");
        return ExitCode.Ok;
    }
}
