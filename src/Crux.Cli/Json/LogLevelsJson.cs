namespace Crux.Cli.Json;

/// <summary><c>crux log list --json</c> and <c>crux log set --json</c>.</summary>
internal sealed record LogLevelsJson(IReadOnlyList<LogLevelJson> Overrides, IReadOnlyList<string> Warnings);
