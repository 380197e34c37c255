using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>Every api that the node's clients watch, ordered; an empty name stands for all.</summary>
/// <param name="Apis">The whole set.</param>
/// <param name="Refresh">Answer for every api again, not only for new ones.</param>
public sealed record InterestReport(ImmutableArray<string> Apis, bool Refresh) : ReeveReport;
