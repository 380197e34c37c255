using Crux.Machines.Registry;

namespace Crux.Machines.Health;

/// <summary>One decision about one point.</summary>
/// <param name="Sequence">Starts at 1 with each boot of the node and has no gaps.</param>
/// <param name="Kind">What was decided.</param>
/// <param name="Entry">The point as it is now, or as it was last.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record Verdict(ulong Sequence, VerdictKind Kind, ServiceEntry Entry, string Reason);
