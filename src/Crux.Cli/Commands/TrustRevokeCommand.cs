using System.CommandLine;
using Crux.Cli.Json;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux trust revoke</c>: nobody trusts a node any more, from the order on.</summary>
internal static class TrustRevokeCommand
{
    public static TaughtCommand Create(Terminal terminal, GlobalOptions options)
    {
        var nodes = new Argument<string[]>("NODE") { Description = NodeNames.InWords, Arity = ArgumentArity.OneOrMore };
        var command = new TaughtCommand("revoke", "Takes trust from nodes for good: their connections and streams end everywhere, their services are gone, and new keys leave them out.")
        {
            Examples = [("crux trust revoke node17 --operator-key prod.operator", "a stolen machine; then do what the command says"), ("crux node approve node17 --operator-key prod.operator", "undoes it")],
        };
        command.Add(nodes);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
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
