using Crux.Machines.Registry;

namespace Crux.Services.Reeve;

/// <summary>How a reeve stands at one moment.</summary>
/// <param name="Steward">The steward, as far as this node knows.</param>
/// <param name="Revision">Grows with every change that this node's registry saw.</param>
/// <param name="OwnEntries">Points alive on this node.</param>
/// <param name="KnownEntries">Entries in the cache, this node's own included.</param>
public sealed record ReeveState(StewardPhase Steward, ulong Revision, int OwnEntries, int KnownEntries);
