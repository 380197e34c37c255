namespace Crux.Cli.Json;

/// <summary>The flock's view in numbers.</summary>
internal sealed record ViewJson(uint Alive, uint Unreachable, bool Settled);
