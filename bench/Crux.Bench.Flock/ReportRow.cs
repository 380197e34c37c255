namespace Crux.Bench.Flock;

/// <summary>A line of the report, in words, and how many seeds ran of how many that the promise is about.</summary>
internal sealed record ReportRow(string What, string Promised, string Measured, int Ran, int Wanted, int Broken, string Held);
