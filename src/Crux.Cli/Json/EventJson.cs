namespace Crux.Cli.Json;

/// <summary>One line of <c>crux watch --json</c>.</summary>
internal sealed record EventJson(string At, string Kind, string Text);
