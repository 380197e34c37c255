using Crux.Cli.Commands;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Node.Security;
using Crux.Protos;

namespace Crux.Cli;

/// <summary>Changes who may give orders, with the root key.</summary>
internal static class OperatorChange
{
    public static async Task<int> AddAsync(
        CommandRun run, NodeConnection node, string rootKeyPath, string name, OperatorRole role, string? publicKeyPath, CancellationToken cancellationToken)
    {
        var reply = await node.Operator.GetAuthorityAsync(new GetAuthorityRequest(), node.Within(cancellationToken));
        var roster = OperatorOrders.RosterOf(reply);
        var made = default(string);
        UInt128 key;
        if (publicKeyPath is not null)
            key = OperatorRoster.KeyOf(ReadPublic(publicKeyPath));
        else if (roster.Operators.FirstOrDefault(it => it.Name == name) is { } known)
            key = known.Key;
        else
        {
            // Looked at before anything is written: a name that can't be is not worth a file.
            _ = roster.With(new(name, 0, role), out var wrong) ?? throw new Failure(ExitCode.Usage, wrong!);
            made = Path.GetFullPath($"{name}.operator");
            using var own = OperatorKeyCommand.Make(made);
            key = OperatorRoster.KeyOf(own.PublicKey);
        }
        try
        {
            if (key == OperatorRoster.KeyOf(reply.OperatorKey.Span))
                throw new Failure(ExitCode.Refused, $"{publicKeyPath} is the root key itself. Have the operator make a key with 'crux operator key {name}'.");
            var after = roster.With(new(name, key, role), out var problem) ?? throw new Failure(ExitCode.Refused, problem!);
            var (sequence, upheld) = await GiveAsync(node, rootKeyPath, reply, after, cancellationToken);
            run.Answer(
                () => new OperatorChangeJson(sequence, name, role.ToString().ToLowerInvariant(), made, upheld),
                terminal =>
                {
                    terminal.Out.WriteLine($"Operator '{name}' has the role '{role.ToString().ToLowerInvariant()}': order {sequence}, every member has it within seconds.");
                    if (made is not null)
                        Paragraph.Write(terminal.Out, terminal, new Cell(" "), $"{made} is the key: hand it over by a safe way, and keep no copy.");
                });
            return ExitCode.Ok;
        }
        catch when (made is not null)
        {
            File.Delete(made);
            throw;
        }
    }

    public static async Task<int> RemoveAsync(CommandRun run, NodeConnection node, string rootKeyPath, string name, CancellationToken cancellationToken)
    {
        var reply = await node.Operator.GetAuthorityAsync(new GetAuthorityRequest(), node.Within(cancellationToken));
        var roster = OperatorOrders.RosterOf(reply);
        if (roster.Operators.All(it => it.Name != name))
            throw new Failure(ExitCode.Refused, $"There is no operator '{name}'. See 'crux operator list'.");
        var (sequence, upheld) = await GiveAsync(node, rootKeyPath, reply, roster.Without(name), cancellationToken);
        run.Answer(
            () => new OperatorChangeJson(sequence, name, null, null, upheld),
            terminal => terminal.Out.WriteLine($"Operator '{name}' is none any more: order {sequence}, every member has it within seconds.{(upheld > 0 ? $" {upheld} earlier orders still stand." : "")}"));
        run.Warn($"What {name} had ordered still stands: see 'crux audit'. Take back what should not, with 'crux trust' and 'crux node'.");
        return ExitCode.Ok;
    }

    // First what is to stand, then whose word counts: in between nobody lacks either.
    private static async Task<(ulong Sequence, int Upheld)> GiveAsync(
        NodeConnection node, string rootKeyPath, GetAuthorityReply reply, OperatorRoster after, CancellationToken cancellationToken)
    {
        var orphans = reply.OrdersOfOthers.Select(raw => OperatorOrder.TryRead(raw.Span, out var order) ? order : null).OfType<OperatorOrder>()
            .Where(order => after.RoleOf(order) < OperatorRoster.RoleFor(order.Kind)).ToList();
        foreach (var some in orphans.Chunk(UpheldOrders.MaxOrders))
            await OperatorOrders.GiveAsync(node, rootKeyPath, OrderKind.Uphold, UpheldOrders.Write(some), cancellationToken);
        var order = await OperatorOrders.GiveAsync(node, rootKeyPath, OrderKind.Operators, after.ToPayload(), cancellationToken);
        return (order.Sequence, orphans.Count);
    }

    private static byte[] ReadPublic(string path)
    {
        try
        {
            return OperatorKey.ReadPublic(path);
        }
        catch (FormatException problem)
        {
            throw new Failure(ExitCode.Refused, problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Refused, $"{path} can't be read: {problem.Message} Give the NAME.operator.pub file that 'crux operator key NAME' made.");
        }
    }
}
