using Crux.Client.Connect;

namespace Crux.Client.Hosting;

/// <summary>A feature of connections accepted by Crux's own listener: who is at the other end, as its node vouches, and what the rules say of it.</summary>
internal sealed class PeerConnection(PeerStatement caller)
{
    // One entry, because a connection is mostly for one service; a process with several computes anew when they alternate.
    private Resolved? _resolved;

    public PeerStatement Caller { get; } = caller;

    public TrustParty Party => new(Caller.Group, Caller.Service);

    public RunningCalls Calls { get; } = new();

    /// <summary>What a table says of this caller; looked up once for each table.</summary>
    public CallerRules RulesOf(RuleTable table)
    {
        if (_resolved is { } known && ReferenceEquals(known.Table, table))
            return known.Rules;
        var rules = table.For(Caller.Group, Caller.Service);
        _resolved = new(table, rules);
        return rules;
    }

    private sealed record Resolved(RuleTable Table, CallerRules Rules);
}
