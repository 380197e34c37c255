using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Trust;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux audit</c>: what the operator ordered, as this node has it.</summary>
internal static class AuditCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("audit", "Lists the operator's orders that this node has taken, and checks their signatures.")
        {
            Examples = [("crux audit", "oldest first"), ("crux audit --json | jq '.orders[] | select(.verified | not)'", "what this flock's operator did not sign")],
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
        var reply = await node.Rules.GetAuditAsync(new GetAuditRequest(), node.Within(cancellationToken));
        using var signatures = new OrderSignatures(await node.Operator.GetAuthorityAsync(new GetAuthorityRequest(), node.Within(cancellationToken)));
        var read = reply.Entries.Select(entry => (entry.TakenUnixMs, Order: OperatorOrder.TryRead(entry.Order.Span, out var order) ? order : null)).ToList();
        signatures.Learn(read.Select(it => it.Order).OfType<OperatorOrder>());
        var names = read.Exists(it => it.Order is { } order && NamesNodes(order)) ? await NodeNames.KnownAsync(node, cancellationToken) : [];
        var orders = read.Select(it => Read(it.TakenUnixMs, it.Order, signatures, names)).ToList();
        run.Answer(
            () => new AuditJson(orders, reply.Problem),
            terminal =>
            {
                if (orders.Count == 0)
                {
                    terminal.Out.WriteLine("The operator has ordered nothing that this node knows of.");
                    return;
                }
                var table = new TextTable("TAKEN", "SEQUENCE", "SIGNED", "ORDER", "WHAT");
                foreach (var order in orders)
                    table.Add(order.TakenAt, $"{order.Sequence}", order.Verified ? new Cell(order.SignedBy, Tone.Good) : new Cell("not by us", Tone.Bad), new Cell(order.Kind, Tone.Strong), Shown(order));
                table.Write(terminal);
            });
        run.Warn(reply.Problem);
        return orders.TrueForAll(order => order.Verified) ? ExitCode.Ok : ExitCode.No;
    }

    private static AuditOrderJson Read(long takenUnixMs, OperatorOrder? order, OrderSignatures signatures, Dictionary<NodeId, string> names) => order is null
        ? new(Words.At(takenUnixMs), 0, "", "unknown", "an order of another version of crux", "", false, [])
        : new(Words.At(takenUnixMs), order.Sequence, order.Id.ToString("x32", null), Word(order.Kind), WhatOf(order), signatures.NameOf(order), signatures.IsRight(order),
            NamesNodes(order) ? [.. OrderNodes.Read(order.Payload.Span).Select(id => new OrderedNodeJson(id.ToString(), names.GetValueOrDefault(id, "")))] : []);

    private static string Shown(AuditOrderJson order) => order.Nodes.Count == 0 ? order.What
        : string.Join(", ", order.Nodes.Select(node => node.Name.Length > 0 ? $"{node.Name} ({node.Id})" : node.Id));

    private static bool NamesNodes(OperatorOrder order) =>
        order.Kind is OrderKind.Approve or OrderKind.Deny or OrderKind.Revoke or OrderKind.Exclude or OrderKind.RotateKeys or OrderKind.AcceptLoss;

    private static string Word(OrderKind kind) => Enum.IsDefined(kind) ? char.ToLowerInvariant(kind.ToString()[0]) + kind.ToString()[1..] : $"kind{(byte)kind}";

    private static string WhatOf(OperatorOrder order) => order.Kind switch
    {
        OrderKind.Rules when RuleOrder.TryRead(order.Payload.Span, out var rules) => $"revision {rules.Revision}: {rules}",
        OrderKind.Seal when SealTerms.TryRead(order.Payload.Span, out var terms) => terms.IsSolo ? "alone" : $"{terms.Expect} nodes at least",
        OrderKind.Admission => order.Payload.Span is [1] ? "the operator approves each node" : "the flock file suffices",
        _ when NamesNodes(order) => string.Join(", ", OrderNodes.Read(order.Payload.Span)),
        OrderKind.Refound when RefoundTerms.TryRead(order.Payload.Span) is { } terms => $"voters {string.Join(", ", terms.VoterIds)} from term {terms.FirstTerm}",
        OrderKind.Operators when OperatorRoster.TryRead(order.Payload.Span, out var roster) => roster.ToString(),
        OrderKind.Uphold => $"{UpheldOrders.Read(order.Payload.Span).Count} orders of former operators",
        OrderKind.Absorb => Convert.ToHexStringLower(order.Payload.Span),
        _ => "",
    };
}
