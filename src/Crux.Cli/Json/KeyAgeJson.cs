namespace Crux.Cli.Json;

/// <summary>The keys in use; generation 0 is the flock file's secret alone.</summary>
internal sealed record KeyAgeJson(uint Generation, ulong Epoch, double AgeSeconds);
