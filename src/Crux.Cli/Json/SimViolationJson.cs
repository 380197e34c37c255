namespace Crux.Cli.Json;

internal sealed record SimViolationJson(string Invariant, double AtSeconds, string What);
