namespace Crux.Cli.Json;

/// <summary>The mode of a service.</summary>
internal sealed record RuleModeJson(string Target, string Mode);
