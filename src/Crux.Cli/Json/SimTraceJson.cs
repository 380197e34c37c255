namespace Crux.Cli.Json;

internal sealed record SimTraceJson(ulong Seed, string TraceHash, bool Ok);
