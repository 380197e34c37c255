namespace Crux.Cli.Json;

/// <summary>Who leads, and for how long as this node saw it.</summary>
internal sealed record LeaderJson(string Id, string Name, double ForSeconds);
