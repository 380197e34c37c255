namespace Crux.Cli.Json;

/// <summary><c>crux health --json</c>.</summary>
internal sealed record HealthJson(string From, string Until, string RecordSince, string AnsweredBy, string Note, uint Omitted, IReadOnlyList<HealthLineJson> Lines);
