using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux operator</c>: who may give orders.</summary>
internal static class OperatorCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("operator", "Says who may give the flock orders beside the root key, and which.")
    {
        OperatorKeyCommand.Create(terminal, options),
        CreateAdd(terminal, options),
        CreateRemove(terminal, options),
        CreateList(terminal, options),
    };

    private static TaughtCommand CreateAdd(Terminal terminal, GlobalOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "What the operator is called in 'crux audit'" };
        var role = new Option<OperatorRole>("--role")
        {
            Description = "view: look; operate: admission, keys, losses, log levels too; trust: rules, revocations and the secret too",
            HelpName = "view|operate|trust",
            Required = true,
            CustomParser = result =>
            {
                if (Enum.TryParse<OperatorRole>(result.Tokens.Single().Value, ignoreCase: true, out var read) && read is OperatorRole.View or OperatorRole.Operate or OperatorRole.Trust && !char.IsAsciiDigit(result.Tokens[0].Value[0]))
                    return read;
                result.AddError($"'{result.Tokens[0].Value}' is no role: use view, operate or trust.");
                return OperatorRole.None;
            },
        };
        var key = new Option<string?>("--key") { Description = "The operator's public key, NAME.operator.pub of 'crux operator key'; without it a key is made here, NAME.operator", HelpName = "FILE" };
        var command = new TaughtCommand("add", "Lets somebody else give orders, within a role; or changes the role. Takes the root key.")
        {
            Examples =
            [
                ("crux operator add alice --role trust --key alice.operator.pub --operator-key prod.operator", "alice made her key herself: nobody else ever had it"),
                ("crux operator add night --role operate --operator-key prod.operator", "makes night.operator here"),
            ],
        };
        command.Add(name);
        command.Add(role);
        command.Add(key);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync(
                (node, stop) => OperatorChange.AddAsync(run, node, parsed.GetValue(options.OperatorKey)!, parsed.GetValue(name)!, parsed.GetValue(role), parsed.GetValue(key), stop), token);
        });
        return command;
    }

    private static TaughtCommand CreateRemove(Terminal terminal, GlobalOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "As 'crux operator list' shows it" };
        var command = new TaughtCommand("remove", "Takes an operator back: nothing that its key signs is obeyed any more, and its connections end. Takes the root key.")
        {
            Examples = [("crux operator remove night --operator-key prod.operator", "what it had ordered until now stands")],
        };
        command.Add(name);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => OperatorChange.RemoveAsync(run, node, parsed.GetValue(options.OperatorKey)!, parsed.GetValue(name)!, stop), token);
        });
        return command;
    }

    private static TaughtCommand CreateList(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("list", "Lists who may give orders, as this node knows it.")
        {
            Examples = [("crux operator list", "names and roles"), ("crux operator list --json | jq -r '.operators[].name'", "for a script")],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ListAsync(run, node, stop), token);
        });
        return command;
    }

    private static async Task<int> ListAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var reply = await node.Operator.GetAuthorityAsync(new GetAuthorityRequest(), node.Within(cancellationToken));
        var operators = OperatorOrders.RosterOf(reply).Operators.OrderBy(it => it.Name, StringComparer.Ordinal)
            .Select(it => new OperatorJson(it.Name, it.Role.ToString().ToLowerInvariant(), it.Key.ToString("x32", null))).ToList();
        var root = reply.OperatorKey.IsEmpty ? "" : OperatorRoster.KeyOf(reply.OperatorKey.Span).ToString("x32", null);
        run.Answer(
            () => new OperatorsJson(root, operators),
            terminal =>
            {
                var table = new TextTable("NAME", "ROLE", "KEY");
                if (root.Length > 0)
                    table.Add(new Cell("-", Tone.Faint), "root", root);
                foreach (var it in operators)
                    table.Add(new Cell(it.Name, Tone.Strong), it.Role, it.Key);
                table.Write(terminal);
            });
        if (root.Length == 0)
            run.Warn("This node's flock file names no operator, so it takes no orders. Copy the flock file that 'crux secret new' made.");
        return ExitCode.Ok;
    }
}
