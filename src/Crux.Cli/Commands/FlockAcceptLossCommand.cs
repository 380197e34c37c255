using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux flock accept-loss</c>: members beyond a partition will not come back.</summary>
internal static class FlockAcceptLossCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var key = options.OperatorKey;
        var command = new TaughtCommand("accept-loss", "Gives up all members that are unreachable, where no majority is left to do so by itself. One that lives after all joins again.")
        {
            Examples = [("crux flock accept-loss --operator-key prod.operator", "after half of the machines burnt down; see 'crux members' first")],
        };
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => AcceptAsync(run, node, parsed.GetValue(key)!, stop), token);
        });
        return command;
    }

    private static async Task<int> AcceptAsync(CommandRun run, NodeConnection node, string key, CancellationToken cancellationToken)
    {
        var reply = await node.Operator.ListMembersAsync(new ListMembersRequest(), node.Within(cancellationToken));
        var lost = reply.Members.Where(member => member.Unreachable).ToList();
        if (lost.Count == 0)
            throw new Failure(ExitCode.No, "No member is unreachable, so there is no loss to accept. See 'crux members'.");
        // The witness goes first; too many to name are meant all.
        List<NodeId> named = [IdOf(reply.Members.Single(member => member.Self))];
        if (lost.Count < OrderNodes.MaxNodes)
            named.AddRange(lost.Select(IdOf));
        var order = await OperatorOrders.GiveAsync(node, key, OrderKind.AcceptLoss, OrderNodes.Write(named), cancellationToken);
        run.Answer(
            () => new OrderJson("accept-loss", order.Sequence, [.. lost.Select(member => Words.Hex(member.NodeId))]),
            terminal => terminal.Out.WriteLine($"{lost.Count} unreachable {(lost.Count == 1 ? "member is" : "members are")} given up."));
        return ExitCode.Ok;
    }

    private static NodeId IdOf(MemberInfo member) => NodeId.Read(member.NodeId.Span);
}
