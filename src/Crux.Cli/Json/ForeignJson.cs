namespace Crux.Cli.Json;

/// <summary>Another flock of the same secret.</summary>
internal sealed record ForeignJson(string Bloc, string Flock, string? Uuid, string Address);
