using System.CommandLine;
using Crux.Cli.Json;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux trust rotate</c>: new keys for the processes of this node, or of the one that is asked at a distance.</summary>
internal static class TrustRotateCommand
{
    public static TaughtCommand Create(Terminal terminal, GlobalOptions options)
    {
        var service = new Argument<string>("SERVICE") { Description = "An instance ('galumph2_3') or a client's name; nothing for all of this node", Arity = ArgumentArity.ZeroOrOne };
        var atOnce = new Option<bool>("--at-once") { Description = "A key was stolen: the keys before count no more, and calls in flight under them fail" };
        var command = new TaughtCommand("rotate", "Has this node's processes take new keys, while they go on serving and calling; it happens by itself once a day.")
        {
            Examples = [("crux trust rotate", "everybody here"), ("crux trust rotate galumph2_3 --at-once", "somebody may have read this service's memory"), ("crux trust rotate --host node17 --operator-key prod.operator", "the processes of another node; takes the role 'operate'")],
        };
        command.Add(service);
        command.Add(atOnce);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => RotateAsync(run, node, parsed.GetValue(service) ?? "", parsed.GetValue(atOnce), stop), token);
        });
        return command;
    }

    private static async Task<int> RotateAsync(CommandRun run, NodeConnection node, string service, bool atOnce, CancellationToken cancellationToken)
    {
        var request = new TurnKeysRequest { Service = service, AtOnce = atOnce };
        var reply = await node.Keys.TurnAsync(request, node.Within(cancellationToken));
        var turned = reply.Generation;
        var whose = service.Length > 0 ? service : "all processes of this node";
        run.Answer(
            () => new KeyTurnJson(turned.Service, turned.Generation, turned.Oldest, !reply.Unknown),
            terminal => terminal.Out.WriteLine(
                reply.Unknown ? $"Nobody here has keys as {service} to replace. Should somebody come, they will be of generation {turned.Generation}."
                : atOnce ? $"New keys for {whose}: generation {turned.Generation}. Whoever meets one takes no older key any more."
                : $"New keys for {whose}: generation {turned.Generation}. The last ones count until the next turn; with --at-once they would not."));
        if (!reply.Unknown)
            return ExitCode.Ok;
        await KeyNameDoubt.WarnAsync(run, node, service, [(await node.Operator.GetStatusAsync(new GetStatusRequest(), node.Within(cancellationToken))).Node.NodeId], cancellationToken);
        return ExitCode.No;
    }
}
