using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux members</c>: the flock as this node sees it.</summary>
internal static class MembersCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("members", "Lists the flock's nodes as this node sees them.")
        {
            Examples =
            [
                ("crux members", "by name, with leader and unreachable ones marked"),
                ("crux members --json | jq -r '.members[].address'", "every address"),
            ],
        };
        var attributes = new Option<bool>("--attributes") { Description = "Ask each member what it says of itself: cores, memory, and what 'crux node set' set" };
        command.Add(attributes);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ShowAsync(run, node, parsed.GetValue(attributes), stop), token);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandRun run, NodeConnection node, bool withAttributes, CancellationToken cancellationToken)
    {
        var reply = await node.Operator.ListMembersAsync(new ListMembersRequest { Attributes = withAttributes }, node.Within(cancellationToken));
        var members = reply.Members.OrderBy(member => member.Name, NaturalOrder.Instance).ToList();
        run.Answer(() => new MembersJson([.. members.Select(ToJson)], reply.Settled, reply.Revision, reply.Unnamed), terminal => Write(members, withAttributes, terminal));
        var unreachable = members.Count(member => member.Unreachable);
        if (unreachable > 0)
            run.Warn($"{unreachable} of {members.Count} unreachable: kept in the view, not offered to clients. See 'crux watch' for their return.");
        if (reply.Unnamed > 0)
            run.Warn($"{reply.Unnamed} more are in the view, and this node has not heard their names yet: it fetches them now, some 50 a second. Ask again, or ask on the leader.");
        if (!reply.Settled)
            run.Warn("The view has not settled yet: more nodes may appear. See 'crux watch'.");
        return ExitCode.Ok;
    }

    private static void Write(List<MemberInfo> members, bool withAttributes, Terminal terminal)
    {
        var table = new TextTable("NAME", "ADDRESS", "STATUS", "RACK", "IN VIEW", "");
        foreach (var member in members)
        {
            table.Add(
                new Cell(member.Name, Tone.Strong), member.Address,
                member.Unreachable ? new Cell("unreachable", Tone.Bad) : new Cell("alive", Tone.Good),
                member.Rack.Length > 0 ? member.Rack : "-",
                SpanText.Brief(member.InViewFor.ToTimeSpan()),
                string.Join(", ", new[] { member.Leader ? "leader" : "", member.Self ? "this node" : "" }.Where(mark => mark.Length > 0)));
        }
        table.Write(terminal);
        if (!withAttributes)
            return;
        terminal.Out.WriteLine();
        var said = new TextTable("NAME", "ATTRIBUTES");
        foreach (var member in members)
            said.Add(new Cell(member.Name, Tone.Strong), member.Attributes.Count == 0 ? "-" : string.Join(' ', member.Attributes.OrderBy(it => it.Key, StringComparer.Ordinal).Select(it => $"{it.Key}={it.Value}")));
        said.Write(terminal);
    }

    private static MemberJson ToJson(MemberInfo member) => new(
        Words.Hex(member.NodeId), member.Name, member.Address, member.Incarnation, member.Unreachable ? "unreachable" : "alive", member.Leader, member.Self,
        member.Rack, member.InViewFor.ToTimeSpan().TotalSeconds,
        new SortedDictionary<string, string>(member.Attributes, StringComparer.Ordinal));
}
