using System.Collections.Immutable;

namespace Crux.Machines.Health;

/// <summary>All that a healthminder has on record, as it travels to another one.</summary>
/// <param name="Edition">Names the book: two of the same edition and sequence say the same.</param>
/// <param name="Sequence">Of the newest record in it.</param>
/// <param name="SinceUnixMs">Since when the record is kept; <see cref="long.MaxValue"/> where it has not begun.</param>
/// <param name="Histories">By subject.</param>
public sealed record HealthBook(ulong Edition, ulong Sequence, long SinceUnixMs, ImmutableArray<HealthHistory> Histories);
