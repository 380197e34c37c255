namespace Crux.Bench.Flock;

/// <summary>One run, as it is kept from one bench to the next.</summary>
/// <param name="Code">What ran: runs of other code say nothing of this.</param>
/// <param name="Batch">The scenario, its size and its loss.</param>
/// <param name="Seed">The seed.</param>
/// <param name="WallSeconds">Real time.</param>
/// <param name="NodeSeconds">Machines times virtual time.</param>
/// <param name="Figures">What was measured, by name; null where a run never had it.</param>
/// <param name="Broken">Invariants that did not hold.</param>
/// <param name="Failed">Expectations of the scenario's file that did not hold.</param>
/// <param name="Trace">The hash of its history; null in ledgers of before it was kept.</param>
/// <param name="RanUnder">The sources that truly ran, where later ones have adopted it: see <see cref="CarryOver"/>.</param>
internal sealed record SavedRun(
    string Code, string Batch, ulong Seed, double WallSeconds, double NodeSeconds, SortedDictionary<string, double?> Figures, IReadOnlyList<string> Broken, IReadOnlyList<string> Failed,
    string? Trace = null, string? RanUnder = null);
