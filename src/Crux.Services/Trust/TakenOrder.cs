using Crux.Machines.Flock.Authority;

namespace Crux.Services.Trust;

/// <summary>An operator's order, and when this node took it.</summary>
/// <param name="UnixMs">By this node's wall clock.</param>
/// <param name="Order">As it was signed.</param>
public sealed record TakenOrder(long UnixMs, OperatorOrder Order);
