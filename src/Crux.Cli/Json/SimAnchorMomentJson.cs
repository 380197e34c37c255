namespace Crux.Cli.Json;

internal sealed record SimAnchorMomentJson(int Second, int Least, int Median, int Most, int Full);
