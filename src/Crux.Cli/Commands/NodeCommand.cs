using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux node</c>: who may be of the flock.</summary>
internal static class NodeCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("node", "Says who may be of the flock, and what this node says of itself.")
    {
        NodeAttributeCommands.CreateSet(terminal, options),
        NodeAttributeCommands.CreateUnset(terminal, options),
        NodeIdentityCommand.Create(terminal, options),
        CreateList(terminal, options),
        CreateAdmission(terminal, options),
        CreateOrder(terminal, options, "approve", OrderKind.Approve, "Lets nodes in that wait, or that were shut out.", "a node that 'crux node list' shows"),
        CreateOrder(terminal, options, "deny", OrderKind.Deny, "Shuts out nodes that wait to be let in.", "it is told so, and asks in vain"),
        CreateOrder(terminal, options, "revoke", OrderKind.Revoke, "Shuts members out, as 'crux trust revoke' does.", "a stolen machine; see 'crux key show' for when it is done"),
    };

    private static TaughtCommand CreateList(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("list", "Lists the nodes that wait to be let in, and those that are shut out.")
        {
            Examples = [("crux node list", "who waits, and who was denied or revoked"), ("crux node list --json | jq -r '.pending[].id'", "their ids")],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ListAsync(run, node, stop), token);
        });
        return command;
    }

    private static TaughtCommand CreateAdmission(Terminal terminal, GlobalOptions options)
    {
        var mode = new Argument<string>("MODE") { Description = "open: the flock file suffices; approve: the operator approves each node" };
        mode.AcceptOnlyFromAmong("open", "approve");
        var key = options.OperatorKey;
        var command = new TaughtCommand("admission", "Sets whether the flock file suffices to be let in.")
        {
            Examples = [("crux node admission approve --operator-key prod.operator", "who is a member now stays one; others wait"), ("crux node admission open --operator-key prod.operator", "as it was")],
        };
        command.Add(mode);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync(
                async (node, stop) =>
                {
                    var given = parsed.GetValue(mode)!;
                    var order = await OperatorOrders.GiveAsync(node, parsed.GetValue(key)!, OrderKind.Admission, new[] { given == "approve" ? (byte)1 : (byte)0 }, stop);
                    run.Answer(() => new OrderJson("admission", order.Sequence, []), shown => shown.Out.WriteLine($"Admission is '{given}' from now on, as soon as each member has heard of it."));
                    if (given == "approve" && (await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(stop))).Generation == 0)
                        run.Warn("This flock has no keys of its own yet: until it has, a node that waits reads it, if it holds the flock file. They come with the leader that voters elect; see 'crux key show'.");
                    return ExitCode.Ok;
                },
                token);
        });
        return command;
    }

    private static TaughtCommand CreateOrder(Terminal terminal, GlobalOptions options, string name, OrderKind kind, string what, string example)
    {
        var nodes = new Argument<string[]>("NODE") { Description = NodeNames.InWords, Arity = ArgumentArity.OneOrMore };
        var key = options.OperatorKey;
        var command = new TaughtCommand(name, what)
        {
            Examples = [($"crux node {name} node17 --operator-key prod.operator", example)],
        };
        command.Add(nodes);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            if (kind == OrderKind.Revoke)
                return run.AskAsync((node, stop) => TrustRevokeCommand.RevokeAsync(run, node, parsed.GetValue(key)!, parsed.GetValue(nodes)!, stop), token);
            return run.AskAsync((node, stop) => GiveAsync(run, node, name, kind, parsed.GetValue(key)!, parsed.GetValue(nodes)!, stop), token);
        });
        return command;
    }

    private static async Task<int> GiveAsync(
        CommandRun run, NodeConnection node, string name, OrderKind kind, string keyPath, string[] nodes, CancellationToken cancellationToken)
    {
        var ids = await NodeNames.FindAsync(node, nodes, cancellationToken);
        var order = await OperatorOrders.GiveAsync(node, keyPath, kind, OrderNodes.Write(ids), cancellationToken);
        run.Answer(
            () => new OrderJson(name, order.Sequence, [.. ids.Select(id => id.ToString())]),
            terminal => terminal.Out.WriteLine($"Order {order.Sequence}, {name} {string.Join(", ", nodes)}, is given; every member has it within seconds."));
        if (kind == OrderKind.Deny && (await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken))).Generation == 0)
            run.Warn("This flock has no keys of its own yet: until it has, who holds the flock file reads it and speaks in it. They come with the leader that voters elect; see 'crux key show', and take the machine off the network till then.");
        return ExitCode.Ok;
    }

    private static async Task<int> ListAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var keys = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
        run.Answer(
            () => new AdmissionJson(
                keys.NeedsApproval ? "approve" : "open",
                [.. keys.Pending.Select(it => new PendingJson(Words.Hex(it.NodeId), it.Name, it.Address, it.WaitsFor.ToTimeSpan().TotalSeconds))],
                [.. keys.ShutOut.Select(it => new ShutOutJson(Words.Hex(it.NodeId), it.Name, it.Address, it.Order, it.Revoked))]),
            terminal =>
            {
                terminal.Out.WriteLine(keys.NeedsApproval ? "The operator approves each node." : "The flock file suffices to be let in.");
                if (keys.Pending.Count + keys.ShutOut.Count == 0)
                    return;
                var table = new TextTable("NAME", "ADDRESS", "STANDING", "ID");
                foreach (var waiting in keys.Pending)
                    table.Add(new Cell(waiting.Name, Tone.Strong), waiting.Address, $"waits for {SpanText.Brief(waiting.WaitsFor.ToTimeSpan())}", Words.Hex(waiting.NodeId));
                foreach (var it in keys.ShutOut)
                    table.Add(new Cell(Known(it.Name), Tone.Strong), Known(it.Address), $"{(it.Revoked ? "revoked" : "denied")} by order {it.Order}", Words.Hex(it.NodeId));
                table.Write(terminal);
            });
        return ExitCode.Ok;
    }

    private static string Known(string word) => word.Length == 0 ? "-" : word;
}
