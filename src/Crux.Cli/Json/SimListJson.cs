namespace Crux.Cli.Json;

/// <summary><c>crux sim list --json</c>.</summary>
internal sealed record SimListJson(SimScenarioJson[] Scenarios);
