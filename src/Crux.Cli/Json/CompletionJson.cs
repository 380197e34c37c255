namespace Crux.Cli.Json;

/// <summary><c>crux completion SHELL --json</c>.</summary>
internal sealed record CompletionJson(string Shell, string Script);
