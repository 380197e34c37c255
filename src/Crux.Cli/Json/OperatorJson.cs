namespace Crux.Cli.Json;

/// <summary>Somebody who may give orders.</summary>
internal sealed record OperatorJson(string Name, string Role, string Key);
