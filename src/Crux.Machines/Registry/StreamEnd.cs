namespace Crux.Machines.Registry;

/// <summary>A stream that the steward ends.</summary>
/// <param name="Stream">Which.</param>
/// <param name="Why">In words, for the reeve's log.</param>
/// <param name="IsFault">Whether the reeve broke a rule or a limit.</param>
public sealed record StreamEnd(ulong Stream, string Why, bool IsFault);
