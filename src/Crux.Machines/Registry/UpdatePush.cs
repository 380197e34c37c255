using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>What has changed in the registry, or all of it for some apis.</summary>
public sealed record UpdatePush(GroupToken Token, ulong Revision) : StewardPush(Token)
{
    /// <summary>New or changed entries.</summary>
    public ImmutableArray<ServiceEntry> Upserts { get; init; } = [];

    /// <summary>Entries that are gone.</summary>
    public ImmutableArray<EntryRemoval> Removed { get; init; } = [];

    /// <summary>This, with the parts before it, is everything that the steward holds for <see cref="Apis"/>.</summary>
    public bool Complete { get; init; }

    /// <summary>What a complete answer speaks of; an empty name stands for all apis.</summary>
    public ImmutableArray<string> Apis { get; init; } = [];

    /// <summary>Parts of the same complete answer follow.</summary>
    public bool More { get; init; }

    /// <summary>Some of the upserts could not be read: nothing is forgotten on the word of such an answer.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Complete, but inherited and not confirmed by the reeves yet: nothing is forgotten on the word of such an answer.</summary>
    public bool IsTentative { get; init; }

    /// <summary>Nodes that the steward hasn't heard: what is known of them stays.</summary>
    public ImmutableArray<NodeId> Unheard { get; init; } = [];

    /// <summary>The sum over the steward's view, see <see cref="Registry.ViewHash"/>: who sees other nodes forgets nothing.</summary>
    public ulong ViewHash { get; init; }
}
