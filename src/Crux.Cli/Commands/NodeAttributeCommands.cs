using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux node set</c> and <c>crux node unset</c>: what this node says of itself.</summary>
internal static class NodeAttributeCommands
{
    public static TaughtCommand CreateSet(Terminal terminal, GlobalOptions options)
    {
        var pairs = new Argument<string[]>("KEY=VALUE") { Description = "What this node says of itself; up to 64 keys, 1,200 bytes in all", Arity = ArgumentArity.OneOrMore };
        pairs.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.IndexOf('=', StringComparison.Ordinal) <= 0)
                    result.AddError($"'{token.Value}' is no attribute: write KEY=VALUE.");
            }
        });
        var command = new TaughtCommand("set", "Sets attributes of this node: at once, and kept over restarts.")
        {
            Examples = [("crux node set zone=b disk=nvme", "see them with 'crux members --attributes'")],
        };
        command.Add(pairs);
        command.SetAction((parsed, token) =>
        {
            var request = new SetAttributesRequest();
            foreach (var pair in parsed.GetValue(pairs)!)
                request.Set[pair[..pair.IndexOf('=', StringComparison.Ordinal)]] = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
            return ChangeAsync(new CommandRun(terminal, options, parsed), request, token);
        });
        return command;
    }

    public static TaughtCommand CreateUnset(Terminal terminal, GlobalOptions options)
    {
        var keys = new Argument<string[]>("KEY") { Description = "What to take back", Arity = ArgumentArity.OneOrMore };
        var command = new TaughtCommand("unset", "Takes attributes of this node back.") { Examples = [("crux node unset zone", "as if it had never been set")] };
        command.Add(keys);
        command.SetAction((parsed, token) =>
            ChangeAsync(new CommandRun(terminal, options, parsed), new SetAttributesRequest { Unset = { parsed.GetValue(keys)! } }, token));
        return command;
    }

    private static Task<int> ChangeAsync(CommandRun run, SetAttributesRequest request, CancellationToken token) => run.AskAsync(
        async (node, stop) =>
        {
            var reply = await node.Operator.SetAttributesAsync(request, node.Within(stop));
            var attributes = new SortedDictionary<string, string>(reply.Attributes, StringComparer.Ordinal);
            run.Answer(() => new AttributesJson(attributes), terminal =>
            {
                var table = new TextTable("KEY", "VALUE");
                foreach (var (key, value) in attributes)
                    table.Add(new Cell(key, Tone.Strong), value);
                table.Write(terminal);
            });
            return ExitCode.Ok;
        },
        token);
}
