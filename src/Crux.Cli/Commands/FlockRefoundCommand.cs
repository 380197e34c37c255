using System.CommandLine;
using System.Globalization;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux flock refound</c>: most voters are lost for good, and others vote in their place.</summary>
internal static class FlockRefoundCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var key = options.OperatorKey;
        var yes = new Option<bool>("--yes") { Description = "Do it; without this, what would be done is shown and nothing is done" };
        var command = new TaughtCommand("refound", "Has others vote where most voters are lost for good, disks and all, so that a leader can be elected again.")
        {
            Examples =
            [
                ("crux flock refound --operator-key prod.operator", "who is missing, and who would vote"),
                ("crux flock refound --operator-key prod.operator --yes", "do it"),
            ],
        };
        OperatorOrders.NeedKey(command, options);
        command.Add(yes);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => RefoundAsync(run, node, parsed.GetValue(key)!, parsed.GetValue(yes), stop), token);
        });
        return command;
    }

    private static async Task<int> RefoundAsync(CommandRun run, NodeConnection node, string key, bool isMeant, CancellationToken cancellationToken)
    {
        var plan = await node.Operator.PlanRefoundingAsync(new PlanRefoundingRequest(), node.Within(cancellationToken));
        if (RefoundTerms.TryRead(plan.Payload.Span) is not { } terms)
            throw new Failure(ExitCode.Refused, "The node's plan makes no sense: it is of another version than crux. Compare 'crux --version' with 'fulcrum --version'.");
        var members = (await node.Operator.ListMembersAsync(new ListMembersRequest(), node.Within(cancellationToken))).Members.ToDictionary(member => NodeId.Read(member.NodeId.Span), member => member.Name);
        if (isMeant)
            await OperatorOrders.GiveAsync(node, key, OrderKind.Refound, plan.Payload.Memory, cancellationToken);
        var answer = new RefoundJson(
            isMeant, terms.Lineage.ToString("x32", CultureInfo.InvariantCulture), terms.FirstTerm,
            [.. plan.Former.Select(voter => new FormerVoterJson(voter.Name, Words.Hex(voter.NodeId), voter.Address, voter.Presence.ToString().ToLowerInvariant()))],
            [.. terms.VoterIds.Select(id => members.GetValueOrDefault(id, id.ToString()))]);
        run.Answer(() => answer, screen => Write(answer, screen));
        if (isMeant)
            return ExitCode.Ok;
        run.Warn("Nothing was done. Were they only cut off, or switched off, mend that instead: a leader that they elect meanwhile would act beside this one until the parts meet. If they are lost for good, run it again with --yes.");
        return ExitCode.No;
    }

    private static void Write(RefoundJson answer, Terminal terminal)
    {
        terminal.Out.WriteLine($"lineage    {answer.Lineage}");
        if (answer.Former.Count == 0)
            terminal.Out.WriteLine("former     not known here: this node was started after they were lost");
        foreach (var voter in answer.Former)
            terminal.Out.WriteLine($"former     {voter.Name} at {voter.Address}: {(voter.Presence == "here" ? "here" : $"{voter.Presence}; if it comes back, it is a member and votes no more")}");
        terminal.Out.WriteLine($"voters     {string.Join(", ", answer.Voters)}");
        terminal.Out.WriteLine($"terms      from {answer.FirstTerm.ToString(CultureInfo.InvariantCulture)} on: what a leader of the former voters says is refused");
    }
}
