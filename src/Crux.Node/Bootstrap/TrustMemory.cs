using Crux.Machines.Flock.Authority;
using Crux.Services.Trust;

namespace Crux.Node.Bootstrap;

/// <summary>What a node's disk and flock file say of the operator's rules.</summary>
/// <param name="Store">Where the rules are.</param>
/// <param name="Orders">The operator's orders that the flock's machine remembers.</param>
/// <param name="OperatorKey">Whose orders count; empty where the flock has no operator.</param>
internal sealed record TrustMemory(IGroupStore Store, IReadOnlyList<OperatorOrder> Orders, ReadOnlyMemory<byte> OperatorKey);
