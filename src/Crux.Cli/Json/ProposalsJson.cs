namespace Crux.Cli.Json;

/// <summary><c>crux trust learn --json</c>.</summary>
internal sealed record ProposalsJson(IReadOnlyList<RuleJson> Proposals, bool Accepted);
