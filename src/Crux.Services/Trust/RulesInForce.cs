using Crux.Machines.Trust;

namespace Crux.Services.Trust;

/// <summary>The rules as a node has them.</summary>
/// <param name="Source">The operator's; null where none ever said anything.</param>
/// <param name="IsMissing">There are newer ones, which have not come yet.</param>
/// <param name="NotKept">Why they are not on this node's disk; null where they are.</param>
public sealed record RulesInForce(SignedRules? Source, bool IsMissing, string? NotKept)
{
    /// <summary>Nobody said anything.</summary>
    public static RulesInForce None { get; } = new(null, false, null);

    /// <summary>What holds.</summary>
    public RuleSet Set => Source?.Rules ?? RuleSet.Empty;

    /// <summary>There are rules, and this node has none at all: nobody can say what they forbid.</summary>
    public bool IsBlind => Source is null && IsMissing;
}
