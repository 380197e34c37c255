using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Trust;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux trust why</c>, <c>log</c> and <c>learn</c>: what the rules do, and what they should.</summary>
internal static class TrustSeenCommands
{
    public static TaughtCommand CreateWhy(Terminal terminal, GlobalOptions options)
    {
        var from = new Argument<string>("FROM") { Description = "Who calls, by name" };
        var to = new Argument<string>("TO") { Description = "Who is called, by api or instance" };
        var method = new Argument<string?>("METHOD") { Description = "'Greet' or 'galumph.Galumph/Greet'; nothing: a method that no rule names", Arity = ArgumentArity.ZeroOrOne };
        var command = new TaughtCommand("why", "Says whether a call may be made, which rule decides it, and where none does, which comes nearest.")
        {
            Examples = [("crux trust why web galumph2 galumph.Galumph/Register", "exit code 0: it may; 1: it may not"), ("crux trust why web galumph2", "whether it may call all methods, and which rules speak of some")],
        };
        command.Add(from);
        command.Add(to);
        command.Add(method);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => WhyAsync(run, node, parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(method), stop), token);
        });
        return command;
    }

    public static TaughtCommand CreateLog(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("log", "Shows the calls to this node's services that no rule allowed, counted by kind: what was refused, and what passed.")
        {
            Examples = [("crux trust log", "the newest first"), ("crux trust log --json | jq '.calls[] | select(.passed | not)'", "only what was refused")],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => LogAsync(run, node, stop), token);
        });
        return command;
    }

    public static TaughtCommand CreateLearn(Terminal terminal, GlobalOptions options)
    {
        var accept = new Option<bool>("--accept") { Description = "Make these rules; needs --operator-key" };
        var key = options.OperatorKey;
        var command = new TaughtCommand("learn", "Proposes rules: from the calls to this node's services that passed, and from whom their authors expect.")
        {
            Examples = [("crux trust learn", "look first; on each node that serves"), ("crux trust learn --accept --operator-key prod.operator", "and make them")],
        };
        command.Add(accept);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            if (!parsed.GetValue(accept))
                return run.AskAsync((node, stop) => ProposeAsync(run, node, stop), token);
            return parsed.GetValue(key) is { } path
                ? run.AskAsync((node, stop) => AcceptAsync(run, node, path, stop), token)
                : Task.FromResult(run.Fail(ExitCode.Usage, "To accept the proposals is to change the rules: name the operator's key with --operator-key FILE."));
        });
        return command;
    }

    private static async Task<int> WhyAsync(CommandRun run, NodeConnection node, string from, string to, string? method, CancellationToken cancellationToken)
    {
        var sheet = await RuleSheet.ReadAsync(node, cancellationToken);
        var (caller, target) = (sheet.Party(from), sheet.Party(to));
        if ((method is not null && (!TrustRule.IsMethod(method) || method.EndsWith('*'))) || !caller.IsNamed || !target.IsNamed)
            throw new Failure(ExitCode.Usage, "Name one caller, one service and one method or none: crux trust why web galumph2 galumph.Galumph/Greet.");
        // Without a method: one that no rule can name, so that only rules about all methods speak of it.
        var path = method is null ? "/-/-" : method.Contains('/', StringComparison.Ordinal) ? $"/{method}" : $"/-/{method}";
        var question = RuleQuestion.Ask(sheet.Set, caller, target, path);
        var partial = method is null ? RuleQuestion.AboutSome(sheet.Set, caller, target) : [];
        var bans = sheet.Set.Bans.Where(ban => IsAbout(ban, caller.Name, target.Name)).ToList();
        var misses = question.Misses.Replace(path, method ?? "all methods", StringComparison.Ordinal);
        var isBuiltIn = question.Deciding is { } deciding && BuiltInRules.All.Contains(deciding);
        run.Answer(
            () => new WhyJson(
                question.Verdict.IsPermitted, question.Verdict.Ground switch { TrustGround.Allowed => "allowed", TrustGround.Denied => "denied", _ => "noRule" }, TrustCommand.Word(question.Verdict.Mode),
                question.Deciding is null ? null : RuleJson.Of(question.Deciding, isBuiltIn), question.Nearest is null ? null : RuleJson.Of(question.Nearest), misses,
                [.. partial.Select(rule => RuleJson.Of(rule))], [.. bans.Select(KeyBanJson.Of)]),
            terminal => Write(question, misses, partial, isBuiltIn, caller, target, method, terminal));
        foreach (var ban in bans)
            run.Warn($"An operator has revoked {ban}, by revision {ban.Since}: {(ban.IsForGood ? "whatever the rules say, they connect to nobody until 'crux trust restore'" : "those that were signed before connect to nobody, whatever the rules say; newer ones count")}.");
        foreach (var unknown in await TrustTargets.UnknownAsync(node, sheet.Group, [target], cancellationToken))
            run.Warn($"Nothing called '{unknown}' is registered now: this is how it would be. See 'crux services' for what there is.");
        return question.Verdict.IsPermitted ? ExitCode.Ok : ExitCode.No;
    }

    private static bool IsAbout(Machines.Trust.KeyBan ban, string caller, string target) =>
        (ban.Service == caller && (ban.To.Length == 0 || ban.To == target || ban.To == TrustParty.ApiOf(target)))
        || (ban.To.Length == 0 && (ban.Service == target || TrustParty.ApiOf(ban.Service) == target));

    private static void Write(RuleQuestion question, string misses, IReadOnlyList<TrustRule> partial, bool isBuiltIn, TrustParty caller, TrustParty target, string? method, Terminal terminal)
    {
        var mode = TrustCommand.Word(question.Verdict.Mode);
        var all = method ?? (partial.Count == 0 ? "every method" : "every other method");
        terminal.Out.WriteLine(question.Verdict switch
        {
            { Ground: TrustGround.Allowed } => $"Yes: {caller} may call {all} of {target}.",
            { Ground: TrustGround.Denied } => $"No: a rule denies it to {caller}, and that goes before every rule that allows.",
            { IsPermitted: true } => $"Yes, though no rule allows {(method is null ? all : "it")}: {target} is in mode {mode}.",
            _ => $"No: no rule allows {(method is null ? all : "it")}, and {target} is in mode {mode}.",
        });
        foreach (var rule in partial)
            terminal.Out.WriteLine($"Of some methods, {RuleSheet.IdOf(rule)}: {rule}");
        if (question.Deciding is { } decided)
            terminal.Out.WriteLine($"By {(isBuiltIn ? "a built-in rule" : RuleSheet.IdOf(decided))}: {decided}");
        if (question.Nearest is { } nearest)
            terminal.Out.WriteLine($"Nearest, {RuleSheet.IdOf(nearest)}: {nearest}; {misses}.");
        if (question.Verdict.Ground == TrustGround.NoRule)
            terminal.Out.WriteLine($"To allow it: crux trust allow {caller} {target}{(method is null ? "" : $" {method}")} --operator-key FILE");
    }

    private static async Task<int> LogAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var reply = await node.Rules.GetCallsAsync(new GetCallsRequest(), node.Within(cancellationToken));
        run.Answer(
            () => new CallsJson([.. reply.Calls.Select(call => new CallJson(
                $"{call.Caller.Group}/{call.Caller.Name}", $"{call.Target.Group}/{call.Target.Name}", call.Path, call.Denied, call.Passed, call.Count, Words.At(call.FirstUnixMs), Words.At(call.LastUnixMs)))]),
            terminal =>
            {
                if (reply.Calls.Count == 0)
                {
                    terminal.Out.WriteLine("Nothing: this node's services have had no call since it started, or rules allowed them all.");
                    return;
                }
                var table = new TextTable("LAST", "WHAT", "COUNT", "FROM", "TO", "METHOD");
                foreach (var call in reply.Calls)
                {
                    table.Add(
                        Words.At(call.LastUnixMs), call.Denied ? new Cell("denied", Tone.Bad) : call.Passed ? new Cell("passed", Tone.Warn) : new Cell("refused", Tone.Bad), Words.Number(call.Count),
                        new Cell($"{call.Caller.Group}/{call.Caller.Name}", Tone.Strong), $"{call.Target.Group}/{call.Target.Name}", call.Path.TrimStart('/'));
                }
                table.Write(terminal);
            });
        if (reply.Calls.Count == 0)
            await PointElsewhereAsync(run, node, "log", cancellationToken);
        return ExitCode.Ok;
    }

    // Calls are noted where the called service runs, which is mostly not where the operator sits.
    private static async Task PointElsewhereAsync(CommandRun run, NodeConnection node, string verb, CancellationToken cancellationToken)
    {
        var self = (await node.Operator.GetStatusAsync(new GetStatusRequest(), node.Within(cancellationToken))).Node.NodeId;
        var elsewhere = await TrustTargets.ServedAsync(node, cancellationToken);
        if (elsewhere.Count > 0 && elsewhere.All(entry => entry.NodeId != self))
        {
            var first = elsewhere.OrderBy(entry => entry.Instance, StringComparer.Ordinal).First();
            run.Warn($"No service runs on this node, and calls are noted where the called one runs: {first.Instance}, for one, at {first.NetId}. Ask there: 'crux trust {verb}' on that machine, or with --host {first.Address.Split(':')[0]}.");
        }
    }

    private static async Task<int> ProposeAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var calls = (await node.Rules.GetCallsAsync(new GetCallsRequest(), node.Within(cancellationToken))).Calls;
        var proposals = Proposals(await RuleSheet.ReadAsync(node, cancellationToken), calls);
        run.Answer(
            () => new ProposalsJson([.. proposals.Select(rule => RuleJson.Of(rule))], false),
            terminal =>
            {
                foreach (var rule in proposals)
                    terminal.Out.WriteLine(rule.ToString());
                terminal.Out.WriteLine(
                    proposals.Count > 0 ? "This is what passed on this node. Make these rules with 'crux trust learn --accept --operator-key FILE'; each makes its service strict, unless a mode was set."
                    : calls.Count == 0 ? "Nothing to propose: this node's services have had no call since it started, or rules allowed them all."
                    : "Nothing to propose: what passed on this node, rules speak of.");
            });
        if (calls.Count(call => !call.Passed && !call.Denied) is var refused and > 0)
            run.Warn($"{refused} kind{(refused == 1 ? "" : "s")} of calls that no rule speaks of {(refused == 1 ? "was" : "were")} refused, and what is refused is not proposed. See 'crux trust log', and 'crux trust allow' for those that should pass.");
        if (calls.Count == 0)
            await PointElsewhereAsync(run, node, "learn", cancellationToken);
        return ExitCode.Ok;
    }

    private static async Task<int> AcceptAsync(CommandRun run, NodeConnection node, string keyPath, CancellationToken cancellationToken)
    {
        var sheet = await RuleSheet.ReadAsync(node, cancellationToken);
        var proposals = Proposals(sheet, (await node.Rules.GetCallsAsync(new GetCallsRequest(), node.Within(cancellationToken))).Calls);
        if (proposals.Count == 0)
            throw new Failure(ExitCode.No, "There is nothing to accept. See 'crux trust log'.");
        List<RuleChange> changes = [.. proposals.Select(RuleChange.Add)];
        var (order, after) = await sheet.ChangeAsync(node, keyPath, changes, cancellationToken);
        run.Answer(
            () => new ProposalsJson([.. proposals.Select(rule => RuleJson.Of(rule))], true),
            terminal =>
            {
                foreach (var rule in proposals)
                    terminal.Out.WriteLine($"+ {rule}");
                terminal.Out.WriteLine($"Revision {after.Revision}, order {order.Sequence}; every member has it within seconds.");
            });
        TrustTargets.TellOfModes(run, sheet.Set, after, changes);
        return ExitCode.Ok;
    }

    private static IReadOnlyList<TrustRule> Proposals(RuleSheet sheet, IReadOnlyCollection<CallKind> calls)
    {
        var seen = RuleProposals.Of(sheet.Set, calls.Where(call => call.Passed).Select(call => (Party(call.Caller), Party(call.Target), call.Path)));
        var expected = sheet.Reply.Expected.SelectMany(target => RuleProposals.Of(sheet.Set, new(target.Group, target.Instance), target.Expects.Select(sheet.Party)));
        // Whom the author expects may use all methods; what was seen of them besides says no more.
        var all = expected.Distinct().ToList();
        return [.. all.Concat(seen.Where(rule => !all.Exists(wide => wide.From == rule.From && wide.To == rule.To))).Order()];
    }

    private static TrustParty Party(RuleParty party) => new(party.Group, party.Name);
}
