using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>All that a steward holds at one moment.</summary>
/// <param name="Entries">By api, then by key.</param>
/// <param name="Unheard">Nodes of which it may not know everything.</param>
/// <param name="View">The view that it goes by.</param>
public sealed record RegistryState(ImmutableArray<ServiceEntry> Entries, IReadOnlySet<NodeId> Unheard, GroupSnapshot View);
