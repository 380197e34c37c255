namespace Crux.Cli.Json;

internal sealed record SimSpreadJson(double Median, double P99, double Max, double Mean);
