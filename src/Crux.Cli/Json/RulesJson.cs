namespace Crux.Cli.Json;

/// <summary><c>crux trust rules --json</c>.</summary>
internal sealed record RulesJson(
    string Group, uint Revision, ulong? Order, string Mode, bool Missing, string NotKept, IReadOnlyList<RuleJson> Rules, IReadOnlyList<RuleModeJson> Modes,
    IReadOnlyList<KeyBanJson> Revoked);
