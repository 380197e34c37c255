namespace Crux.Cli.Json;

/// <summary>Answer of <c>crux operator key</c>.</summary>
internal sealed record OperatorKeyJson(string Name, string KeyFile, string PublicFile, string Key);
