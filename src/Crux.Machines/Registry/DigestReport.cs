namespace Crux.Machines.Registry;

/// <summary>Sent at rest, so that a lost change is found.</summary>
/// <param name="Sequence">Of the last snapshot or change.</param>
/// <param name="Count">How many entries.</param>
/// <param name="Hash">The wrapping sum of their fingerprints.</param>
public sealed record DigestReport(ulong Sequence, int Count, ulong Hash) : ReeveReport;
