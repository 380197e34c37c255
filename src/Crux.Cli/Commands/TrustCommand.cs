using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Trust;

namespace Crux.Cli.Commands;

/// <summary><c>crux trust</c>: who may call whom.</summary>
internal static class TrustCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("trust", "Says who may call whom in this flock.")
    {
        CreateRules(terminal, options),
        TrustChangeCommands.CreateRule(terminal, options, TrustEffect.Allow),
        TrustChangeCommands.CreateRule(terminal, options, TrustEffect.Deny),
        TrustChangeCommands.CreateDrop(terminal, options),
        TrustChangeCommands.CreateMode(terminal, options),
        TrustRevokeCommand.Create(terminal, options),
        TrustKeyCommands.CreateRestore(terminal, options),
        TrustSeenCommands.CreateWhy(terminal, options),
        TrustSeenCommands.CreateLog(terminal, options),
        TrustSeenCommands.CreateLearn(terminal, options),
        TrustRotateCommand.Create(terminal, options),
    };

    /// <summary>The flock's mode as it was set; null where each service has its own.</summary>
    public static TrustMode? ModeOf(RuleSet set) => set.Modes.FirstOrDefault(it => it.Key == new TrustParty(TrustParty.Any, TrustParty.Any)) is { Value: not TrustMode.None and var mode } ? mode : null;

    public static string Word(TrustMode mode) => mode.ToString().ToLowerInvariant();

    private static TaughtCommand CreateRules(Terminal terminal, GlobalOptions options)
    {
        var all = new Option<bool>("--all") { Description = "Show the rules about Crux's own services too" };
        var command = new TaughtCommand("rules", "Shows the rules, and what happens to calls that none speaks of.")
        {
            Examples = [("crux trust rules", "what the operator said"), ("crux trust rules --all", "and what comes with Crux"), ("crux trust rules --json | jq -r '.rules[].id'", "for 'crux trust drop'")],
        };
        command.Add(all);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ShowAsync(run, node, parsed.GetValue(all), stop), token);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandRun run, NodeConnection node, bool all, CancellationToken cancellationToken)
    {
        var sheet = await RuleSheet.ReadAsync(node, cancellationToken);
        var rules = (all ? BuiltInRules.All : []).Select(rule => (Rule: rule, BuiltIn: true)).Concat(sheet.Set.Rules.Select(rule => (Rule: rule, BuiltIn: false))).ToList();
        var mode = ModeOf(sheet.Set);
        run.Answer(
            () => new RulesJson(
                sheet.Group, sheet.Set.Revision, sheet.Source?.Order.Sequence, mode is { } set ? Word(set) : "", sheet.Reply.Missing, sheet.Reply.NotKept,
                [.. rules.Select(it => RuleJson.Of(it.Rule, it.BuiltIn))], [.. sheet.Set.Modes.Select(it => new RuleModeJson(it.Key.ToString(), Word(it.Value)))], [.. sheet.Set.Bans.Select(KeyBanJson.Of)]),
            shown => Write(sheet, mode, rules, shown));
        if (all)
            run.Warn("Rules about crux.reeve, crux.steward and crux.healthminder are listed for you to see: who may call these is decided before any table, by the TLS handshake between members of the flock.");
        if (sheet.Reply.Missing)
            run.Warn(sheet.Source is null ? "There are rules, and this node has lost them: its services answer nobody until another member has sent them." : "There are newer rules, and they have not come yet: these hold until then.");
        if (sheet.Reply.NotKept.Length > 0)
            run.Warn($"The rules hold, and are not on this node's disk: {sheet.Reply.NotKept}");
        return ExitCode.Ok;
    }

    private static void Write(RuleSheet sheet, TrustMode? mode, List<(TrustRule Rule, bool BuiltIn)> rules, Terminal terminal)
    {
        terminal.Out.WriteLine(sheet.Source is { } source
            ? $"Revision {sheet.Set.Revision}, by the operator's order {source.Order.Sequence}."
            : "No operator has said anything yet: every process of the flock may call every service, and the nodes note who does.");
        if (sheet.Source is not null)
            terminal.Out.WriteLine(Meaning(mode));
        foreach (var (target, own) in sheet.Set.Modes.Where(it => it.Key.IsNamed || it.Key.Group != TrustParty.Any))
            terminal.Out.WriteLine($"Mode of {target}: {Word(own)}.");
        foreach (var ban in sheet.Set.Bans)
            terminal.Out.WriteLine($"Revoked: {ban}, by revision {ban.Since}{(ban.IsForGood ? "" : "; newer keys count")}.");
        if (rules.Count == 0)
            return;
        var table = new TextTable("ID", "EFFECT", "FROM", "TO", "METHODS");
        foreach (var (rule, builtIn) in rules)
        {
            table.Add(
                new Cell(builtIn ? "built-in" : RuleSheet.IdOf(rule), builtIn ? Tone.Faint : Tone.Plain),
                rule.Effect == TrustEffect.Allow ? new Cell("allow", Tone.Good) : new Cell("deny", Tone.Bad),
                new Cell(rule.From.ToString(), Tone.Strong), new Cell(rule.To.ToString(), Tone.Strong), rule.Methods.IsEmpty ? "all" : string.Join(", ", rule.Methods));
        }
        table.Write(terminal);
    }

    private static string Meaning(TrustMode? mode) => mode switch
    {
        TrustMode.Strict => "Mode strict: what no rule allows is refused.",
        TrustMode.Warn => "Mode warn: what no rule speaks of passes, with a warning.",
        TrustMode.Learn => "Mode learn: what no rule speaks of passes, and is noted.",
        _ => "No mode is set: a service that a rule allows calls to by name is strict, any other learns. 'crux trust mode strict' closes the rest.",
    };
}
