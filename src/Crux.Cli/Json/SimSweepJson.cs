namespace Crux.Cli.Json;

/// <summary><c>crux sim run --json</c> with several seeds.</summary>
internal sealed record SimSweepJson(string Scenario, int Nodes, ulong FirstSeed, int Seeds, bool Ok, double WallSeconds, SimFigureJson[] Figures, SimRunJson[] Failed, SimTraceJson[] Traces);
