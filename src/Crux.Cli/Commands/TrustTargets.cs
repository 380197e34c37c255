using Crux.Machines.Trust;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Cli.Commands;

/// <summary>Whose calls a change of the rules is about, and what there is to say of them.</summary>
internal static class TrustTargets
{
    /// <summary>Those that rules or modes of these changes begin to speak of.</summary>
    public static IEnumerable<TrustParty> Named(IReadOnlyList<RuleChange> changes) => RulesOf(changes, RuleChangeKind.Add)
        .Concat(changes.Where(change => change.Kind == RuleChangeKind.SetMode && change.Mode != TrustMode.None && change.Target.IsNamed).Select(change => change.Target)).Distinct();

    /// <summary>
    /// Names under which nothing is registered. A rule about what is to come is fine; one about a name with a letter wrong looks just like it, and guards nothing.
    /// </summary>
    public static async Task<IEnumerable<string>> UnknownAsync(NodeConnection node, string group, IEnumerable<TrustParty> targets, CancellationToken cancellationToken)
    {
        var named = targets.Where(to => to.Group == group && to.IsNamed).Select(to => to.Name).ToList();
        if (named.Count == 0 || await ListAsync(node, cancellationToken) is not { Steward: StewardState.Ready } services)
            return [];
        return named.Where(name => services.Entries.All(entry => entry.Api != name && entry.Instance != name));
    }

    /// <summary>What is registered, as far as anybody can say now.</summary>
    public static async Task<IReadOnlyCollection<Entry>> ServedAsync(NodeConnection node, CancellationToken cancellationToken) =>
        await ListAsync(node, cancellationToken) is { } services ? services.Entries : [];

    /// <summary>A first rule makes a service strict, which is what one wants and not what one may expect; without its last one it is open again.</summary>
    public static void TellOfModes(CommandRun run, RuleSet before, RuleSet after, IReadOnlyList<RuleChange> changes)
    {
        foreach (var closed in RulesOf(changes, RuleChangeKind.Add).Where(to => ModeOf(before, to) != TrustMode.Strict && ModeOf(after, to) == TrustMode.Strict))
            run.Warn($"Calls to {closed} that no rule allows are refused from now on. See what passed so far with 'crux trust log', or go back with 'crux trust mode learn {closed}'.");
        foreach (var opened in RulesOf(changes, RuleChangeKind.Drop).Where(to => ModeOf(before, to) == TrustMode.Strict && ModeOf(after, to) != TrustMode.Strict))
            run.Warn($"That was the last rule that kept {opened} strict: whoever no rule forbids may call it from now on. Close it with 'crux trust mode strict {opened}'.");
    }

    private static async Task<ListServicesReply?> ListAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        try
        {
            return await node.Operator.ListServicesAsync(new ListServicesRequest(), node.Within(cancellationToken));
        }
        catch (RpcException)
        {
            // What was asked for is done; that nobody can say more now is no failure of it.
            return null;
        }
    }

    private static IEnumerable<TrustParty> RulesOf(IReadOnlyList<RuleChange> changes, RuleChangeKind kind) =>
        changes.Where(change => change.Kind == kind && change.Rule!.To.IsNamed).Select(change => change.Rule!.To).Distinct();

    private static TrustMode ModeOf(RuleSet set, TrustParty party) => set.ModeOf(party.Group, party.Name, TrustParty.ApiOf(party.Name));
}
