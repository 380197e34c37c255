using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>What a reeve tells its steward.</summary>
public abstract record ReeveReport;

/// <summary>Everything on the node; replaces what the steward had of it.</summary>
public sealed record SnapshotReport(ImmutableArray<ServiceEntry> Entries, ulong Sequence) : ReeveReport;

/// <summary>What has changed since the report before.</summary>
/// <param name="Upserts">New or changed.</param>
/// <param name="Removed">Instance ids.</param>
/// <param name="Sequence">One more than the last.</param>
public sealed record ChangeReport(ImmutableArray<ServiceEntry> Upserts, ImmutableArray<string> Removed, ulong Sequence) : ReeveReport;

/// <summary>Every api that the node's clients watch, ordered; an empty name stands for all.</summary>
/// <param name="Apis">The whole set.</param>
/// <param name="Refresh">Answer for every api again, not only for new ones.</param>
public sealed record InterestReport(ImmutableArray<string> Apis, bool Refresh) : ReeveReport;

/// <summary>Sent at rest, so that a lost change is found.</summary>
/// <param name="Sequence">Of the last snapshot or change.</param>
/// <param name="Count">How many entries.</param>
/// <param name="Hash">The wrapping sum of their fingerprints.</param>
public sealed record DigestReport(ulong Sequence, int Count, ulong Hash) : ReeveReport;
