namespace Crux.Cli.Json;

/// <summary>Service points on this node, and in its cache.</summary>
internal sealed record ServiceCountJson(uint Local, uint Known);
