namespace Crux.Machines.Flock;

/// <summary>An address from which datagrams came that could not be used.</summary>
/// <param name="From">The address. Whoever can forge a source can put any here.</param>
/// <param name="Count">How many.</param>
/// <param name="Why">Why the last one could not.</param>
/// <param name="LastAt">When it came.</param>
public readonly record struct UnreadSource(NetAddress From, long Count, RejectReason Why, Instant LastAt);
