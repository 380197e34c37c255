namespace Crux.Cli.Json;

/// <summary><c>crux trust why --json</c>. Ground: "allowed", "denied" or "noRule".</summary>
internal sealed record WhyJson(
    bool Permitted, string Ground, string Mode, RuleJson? Rule, RuleJson? Nearest, string Misses, IReadOnlyList<RuleJson> OfSome, IReadOnlyList<KeyBanJson> Revoked);
