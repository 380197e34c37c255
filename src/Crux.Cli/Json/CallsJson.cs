namespace Crux.Cli.Json;

/// <summary><c>crux trust log --json</c>.</summary>
internal sealed record CallsJson(IReadOnlyList<CallJson> Calls);
