using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>The whole registry as a standby knew it when its node came to lead.</summary>
/// <param name="Entries">Everything that it held, its own node's included.</param>
public sealed record Inheritance(ImmutableArray<ServiceEntry> Entries);
