namespace Crux.Cli.Json;

/// <summary><c>crux flock refound --json</c>: who voted, and who votes from then on, or would.</summary>
internal sealed record RefoundJson(bool Ordered, string Lineage, ulong FirstTerm, IReadOnlyList<FormerVoterJson> Former, IReadOnlyList<string> Voters);
