namespace Crux.Cli.Json;

/// <summary>A node that waits to be let in.</summary>
internal sealed record PendingJson(string Id, string Name, string Address, double WaitsForSeconds);
