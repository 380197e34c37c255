namespace Crux.Bench.Flock;

/// <summary>A line of the ledger which says that runs of former code were adopted, and what that rests on.</summary>
/// <param name="Carried">The former sources.</param>
/// <param name="To">Those that make the same histories.</param>
/// <param name="Runs">How many runs were adopted.</param>
/// <param name="Sample">Those of them that ran again, every one with the same trace hash and figures: batch and seed.</param>
/// <param name="Unsampled">Batches that were adopted though none of their runs ran again: each takes too long.</param>
internal sealed record CarryOver(string Carried, string To, int Runs, IReadOnlyList<string> Sample, IReadOnlyList<string> Unsampled)
{
    /// <summary>How a line begins that is one of these.</summary>
    public const string Beginning = "{\"carried\":";
}
