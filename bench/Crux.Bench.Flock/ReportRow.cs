namespace Crux.Bench.Flock;

/// <summary>A line of the report, in words.</summary>
internal sealed record ReportRow(string What, string Promised, string Measured, string Of, int Broken, string Held);
