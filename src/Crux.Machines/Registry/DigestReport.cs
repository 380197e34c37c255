namespace Crux.Machines.Registry;

/// <summary>Opens a stream, so that a steward that knows everything already is told no more; and is sent at rest, so that a lost change is found.</summary>
/// <param name="Sequence">Of the last snapshot or change.</param>
/// <param name="Count">How many entries.</param>
/// <param name="Hash">The wrapping sum of their fingerprints.</param>
public sealed record DigestReport(ulong Sequence, int Count, ulong Hash) : ReeveReport
{
    /// <summary>Names this life of the reeve.</summary>
    public ulong Life { get; init; }

    /// <summary>For how long this life has lasted.</summary>
    public TimeSpan Age { get; init; }
}
