namespace Crux.Cli.Json;

/// <summary><c>crux audit --json</c>.</summary>
internal sealed record AuditJson(IReadOnlyList<AuditOrderJson> Orders, string Problem);
