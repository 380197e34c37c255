namespace Crux.Cli.Json;

/// <summary><c>crux boot --json</c>.</summary>
internal sealed record BootJson(bool Booted, IReadOnlyList<BootStepJson> Steps);
