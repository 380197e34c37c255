using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux leader</c>: who leads, and how the steward that comes with it stands.</summary>
internal static class LeaderCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("leader", "Names the flock's leader, and how its steward stands.")
        {
            Examples = [("crux leader", "who leads; exit code 1 where nobody does"), ("crux leader --json | jq -r .address", "where")],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ShowAsync(run, node, stop), token);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var status = await node.Operator.GetStatusAsync(new GetStatusRequest(), node.Within(cancellationToken));
        var members = await node.Operator.ListMembersAsync(new ListMembersRequest(), node.Within(cancellationToken));
        var leads = !status.LeaderId.IsEmpty;
        var self = leads && status.LeaderId == status.Node.NodeId;
        var address = leads ? members.Members.FirstOrDefault(member => member.NodeId == status.LeaderId)?.Address ?? "" : "";
        var leading = status.LeaderFor.ToTimeSpan();
        run.Answer(
            () => new LeaderAnswerJson(LeaderJson.Of(status), address, self, TokenJson.Of(status.Token), Words.Of(status.Steward)),
            terminal =>
            {
                if (!leads)
                {
                    terminal.Out.WriteLine($"{status.FlockId} has no leader.");
                    return;
                }
                terminal.Out.WriteLine($"{new Cell(status.LeaderName, Tone.Strong).For(terminal)} ({address}) leads {status.FlockId} for {SpanText.Brief(leading)}{(self ? ": this node" : "")}.");
                terminal.Out.WriteLine(status.LeaderFenced ? $"Voters elected it: fenced, {Words.TermOf(status)}." : $"Nobody elected it yet: provisional, {Words.TermOf(status)}.");
                if (status.Voters.Count > 0)
                    terminal.Out.WriteLine($"The voters are {string.Join(", ", status.Voters)}.");
                terminal.Out.WriteLine($"Its steward is {Words.Painted(status.Steward).For(terminal)}.");
            });
        if (!leads)
            run.Warn(status.Settled ? "Nodes agree on a leader by themselves; see 'crux watch' until one is there." : "The view has not settled yet. See 'crux members'.");
        else if (status.Steward == StewardState.Absent)
            run.Warn("This node has no connection to the leader's steward, so look-ups come from its cache. See 'crux members' for whether the leader is reachable.");
        else if (status.Steward == StewardState.Rebuilding)
            run.Warn("A new steward is hearing from the nodes; it is done in seconds. See 'crux watch'.");
        return leads ? ExitCode.Ok : ExitCode.No;
    }
}
