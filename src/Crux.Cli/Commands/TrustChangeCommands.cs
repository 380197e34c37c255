using System.CommandLine;
using Crux.Cli.Json;
using Crux.Machines.Trust;

namespace Crux.Cli.Commands;

/// <summary><c>crux trust allow</c>, <c>deny</c>, <c>drop</c> and <c>mode</c>: what changes who may call whom.</summary>
internal static class TrustChangeCommands
{
    private const string PartyInWords = "an api ('galumph2'), an instance ('galumph2_3'), a client's name, or '*'; with GROUP/ before it for another group";

    public static TaughtCommand CreateRule(Terminal terminal, GlobalOptions options, TrustEffect effect)
    {
        var name = effect == TrustEffect.Allow ? "allow" : "deny";
        var from = new Argument<string>("FROM") { Description = $"Who calls: {PartyInWords}" };
        var to = new Argument<string>("TO") { Description = "Who is called: the same" };
        var methods = new Argument<string[]>("METHOD") { Description = "'Greet', 'galumph.Galumph/Greet' or 'galumph.Galumph/*'; none: all", Arity = ArgumentArity.ZeroOrMore };
        var key = options.OperatorKey;
        var command = new TaughtCommand(name, effect == TrustEffect.Allow ? "Lets somebody call somebody." : "Forbids somebody to call somebody, whatever else allows it; calls that run are ended.")
        {
            Examples = effect == TrustEffect.Allow
                ? [("crux trust allow web galumph2 --operator-key prod.operator", "every method"), ("crux trust allow batch/report galumph2 Table --operator-key prod.operator", "one, from another group")]
                : [("crux trust deny web galumph2 Register --operator-key prod.operator", "one method"), ("crux trust deny web '*' --operator-key prod.operator", "everything: a caller that was broken into")],
        };
        command.Add(from);
        command.Add(to);
        command.Add(methods);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) => ChangeAsync(new CommandRun(terminal, options, parsed), parsed.GetValue(key)!, sheet =>
        {
            var (caller, target) = (sheet.Party(parsed.GetValue(from)!), sheet.Party(parsed.GetValue(to)!));
            var named = parsed.GetValue(methods) ?? [];
            if (named.FirstOrDefault(method => !TrustRule.IsMethod(method)) is { } wrong)
                throw new Failure(ExitCode.Usage, $"'{wrong}' is no method: write 'Greet', 'galumph.Galumph/Greet' or 'galumph.Galumph/*'.");
            if (named.Length > TrustRule.MaxMethods)
                throw new Failure(ExitCode.Usage, $"A rule names at most {TrustRule.MaxMethods} methods: name the gRPC service, or write two rules.");
            return [RuleChange.Add(new TrustRule(effect, caller, target, named))];
        }, token));
        return command;
    }

    public static TaughtCommand CreateDrop(Terminal terminal, GlobalOptions options)
    {
        var ids = new Argument<string[]>("ID") { Description = "Rules by their id, as 'crux trust rules' shows them", Arity = ArgumentArity.OneOrMore };
        var key = options.OperatorKey;
        var command = new TaughtCommand("drop", "Takes rules back; where the mode is strict, calls that they alone allowed are ended.") { Examples = [("crux trust drop 3fa94c01 --operator-key prod.operator", "as if it had never been said")] };
        command.Add(ids);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) => ChangeAsync(new CommandRun(terminal, options, parsed), parsed.GetValue(key)!, sheet =>
            [.. parsed.GetValue(ids)!.Select(id => RuleChange.Drop(
                sheet.Set.Rules.FirstOrDefault(rule => RuleSheet.IdOf(rule) == id) ?? throw new Failure(ExitCode.Refused, $"There is no rule {id}. See 'crux trust rules'.")))], token));
        return command;
    }

    public static TaughtCommand CreateMode(Terminal terminal, GlobalOptions options)
    {
        var mode = new Argument<string>("MODE") { Description = "What happens to calls that no rule speaks of: learn (they pass and are noted), warn (they pass with a warning), strict (they are refused), unset" };
        mode.AcceptOnlyFromAmong("learn", "warn", "strict", "unset");
        var target = new Argument<string>("TO") { Description = "Whose calls: an api or an instance; nothing for the whole flock", Arity = ArgumentArity.ZeroOrOne };
        var key = options.OperatorKey;
        var command = new TaughtCommand("mode", "Sets what happens to calls that no rule speaks of.")
        {
            Examples = [("crux trust mode strict --operator-key prod.operator", "default deny, everywhere"), ("crux trust mode warn galumph2 --operator-key prod.operator", "try the rules of one service first")],
        };
        command.Add(mode);
        command.Add(target);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) => ChangeAsync(new CommandRun(terminal, options, parsed), parsed.GetValue(key)!, sheet =>
        {
            var whose = parsed.GetValue(target) is { } named ? sheet.Party(named) : new TrustParty(TrustParty.Any, TrustParty.Any);
            return [RuleChange.SetMode(whose, parsed.GetValue(mode) is "unset" ? TrustMode.None : Enum.Parse<TrustMode>(parsed.GetValue(mode)!, ignoreCase: true))];
        }, token));
        return command;
    }

    /// <summary>Gives the changes and says what they did.</summary>
    public static Task<int> ChangeAsync(CommandRun run, string keyPath, Func<RuleSheet, IReadOnlyList<RuleChange>> changes, CancellationToken token) =>
        ChangeAsync(run, keyPath, (_, sheet, _) => Task.FromResult(changes(sheet)), (_, _, _) => Task.FromResult(ExitCode.Ok), token);

    /// <summary>The same, where the node has to be asked what to change, and what became of it.</summary>
    public static Task<int> ChangeAsync(
        CommandRun run, string keyPath, Func<NodeConnection, RuleSheet, CancellationToken, Task<IReadOnlyList<RuleChange>>> changes,
        Func<NodeConnection, IReadOnlyList<RuleChange>, CancellationToken, Task<int>> afterwards, CancellationToken token) => run.AskAsync(
        async (node, stop) =>
        {
            var sheet = await RuleSheet.ReadAsync(node, stop);
            var wanted = await changes(node, sheet, stop);
            var (order, after) = await sheet.ChangeAsync(node, keyPath, wanted, stop);
            run.Answer(
                () => new RuleChangesJson(order.Sequence, after.Revision, [.. wanted.Select(change => change.ToString())]),
                terminal =>
                {
                    foreach (var change in wanted)
                        terminal.Out.WriteLine(change.ToString());
                    terminal.Out.WriteLine($"Revision {after.Revision}, order {order.Sequence}; every member has it within seconds.");
                });
            TrustTargets.TellOfModes(run, sheet.Set, after, wanted);
            foreach (var unknown in await TrustTargets.UnknownAsync(node, sheet.Group, TrustTargets.Named(wanted), stop))
                run.Warn($"Nothing called '{unknown}' is registered now. If that was a slip, take it back: 'crux trust rules', then 'crux trust drop ID' or 'crux trust mode unset NAME'. See 'crux services' for what there is.");
            return await afterwards(node, wanted, stop);
        },
        token);
}
