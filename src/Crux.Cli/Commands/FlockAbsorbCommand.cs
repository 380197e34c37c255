using System.Buffers.Binary;
using System.CommandLine;
using System.Globalization;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux flock absorb</c>: the flock of this node ends, and its nodes go into another.</summary>
internal static class FlockAbsorbCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var survivor = new Argument<string>("UUID") { Description = "What the flock that survives is sealed as: 'crux flock show' there says it" };
        var key = options.OperatorKey;
        var yes = new Option<bool>("--yes") { Description = "Do it; without this, what would be lost is shown and nothing is done" };
        var command = new TaughtCommand("absorb", "Ends the flock of this node: its nodes give their birth record up and join the sealed flock that is named.")
        {
            Examples =
            [
                ("crux flock absorb 4f1c…e9 --operator-key prod.operator", "what would be lost"),
                ("crux flock absorb 4f1c…e9 --operator-key prod.operator --yes", "do it"),
            ],
        };
        command.Add(survivor);
        OperatorOrders.NeedKey(command, options);
        command.Add(yes);
        survivor.Validators.Add(result =>
        {
            if (!TryRead(result.GetValueOrDefault<string>() ?? "", out _))
                result.AddError("UUID is 32 hexadecimal digits, as 'crux flock show' writes it.");
        });
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            TryRead(parsed.GetValue(survivor)!, out var uuid);
            return run.AskAsync((node, stop) => AbsorbAsync(run, node, uuid, parsed.GetValue(key)!, parsed.GetValue(yes), stop), token);
        });
        return command;
    }

    private static async Task<int> AbsorbAsync(CommandRun run, NodeConnection node, UInt128 into, string key, bool isMeant, CancellationToken cancellationToken)
    {
        var sealing = await node.Operator.GetSealingAsync(new GetSealingRequest(), node.Within(cancellationToken));
        if (sealing.Uuid.IsEmpty)
            throw new Failure(ExitCode.Refused, "This flock is not sealed: it joins any flock of the same bloc and name as soon as they meet, without an order.");
        var services = await node.Operator.ListServicesAsync(new ListServicesRequest(), node.Within(cancellationToken));
        var name = into.ToString("x32", CultureInfo.InvariantCulture);
        if (Words.Hex(sealing.Uuid) == name)
            throw new Failure(ExitCode.Refused, "A flock can't be absorbed into itself: run this on a node of the flock that is to end, and name the one that survives.");
        var isNear = sealing.Foreigners.Any(foreigner => !foreigner.Uuid.IsEmpty && Words.Hex(foreigner.Uuid) == name);
        if (isMeant)
        {
            var payload = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(payload, into);
            await OperatorOrders.GiveAsync(node, key, OrderKind.Absorb, payload, cancellationToken);
        }
        var answer = new AbsorbJson(isMeant, Words.Hex(sealing.Uuid), name, isNear, sealing.Members, (uint)services.Entries.Count, sealing.Orders);
        run.Answer(() => answer, screen => Write(answer, screen));
        if (!isNear)
            run.Warn("That flock was not met yet. Until it is, these nodes belong to no sealed flock, and would take in unsealed newcomers. See 'crux doctor ADDRESS' with an address of it.");
        if (isMeant)
            return ExitCode.Ok;
        run.Warn("Nothing was done. Run it again with --yes.");
        return ExitCode.No;
    }

    private static void Write(AbsorbJson answer, Terminal terminal)
    {
        terminal.Out.WriteLine($"{(answer.Ordered ? "ends     " : "would end")}  {answer.From}");
        terminal.Out.WriteLine($"goes into  {answer.Into}{(answer.IsNear ? ", which is near" : ", which was not met yet")}");
        terminal.Out.WriteLine($"members    {answer.Members}: each joins anew, and needs approval where that flock asks for it");
        terminal.Out.WriteLine($"services   {answer.Services}: their entries are dropped and registered anew within their next beats");
        terminal.Out.WriteLine($"records    the birth record, the secondary keys, and {answer.Orders} operator's orders: lost");
    }

    private static bool TryRead(string text, out UInt128 uuid) =>
        UInt128.TryParse(text.Replace("-", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uuid)
        && uuid != 0 && text.Replace("-", "", StringComparison.Ordinal).Length == 32;
}
