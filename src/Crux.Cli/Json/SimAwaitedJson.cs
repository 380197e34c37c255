namespace Crux.Cli.Json;

internal sealed record SimAwaitedJson(string Name, double? Seconds, double WithinSeconds);
