namespace Crux.Cli.Json;

/// <summary>One step of the node's start-up.</summary>
internal sealed record BootStepJson(string Name, string State, double TookSeconds, string WaitsFor, string Problem, IReadOnlyList<string> After);
