namespace Crux.Cli.Json;

/// <summary>One change in a history.</summary>
internal sealed record HealthChangeJson(string At, string State, string Reason);
