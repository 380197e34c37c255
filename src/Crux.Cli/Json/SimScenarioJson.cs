namespace Crux.Cli.Json;

internal sealed record SimScenarioJson(string Name, int Nodes, string About);
