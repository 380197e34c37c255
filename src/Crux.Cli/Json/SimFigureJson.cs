namespace Crux.Cli.Json;

internal sealed record SimFigureJson(string Name, int Measured, double P50, double P99, double Worst);
