namespace Crux.Cli.Json;

/// <summary>A log level that is set for a while. An empty category means all.</summary>
internal sealed record LogLevelJson(string Category, string Level, double ExpiresInSeconds);
