using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>What a steward tells a reeve.</summary>
/// <param name="Token">Orders the words of stewards.</param>
public abstract record StewardPush(GroupToken Token);

/// <summary>How the steward stands.</summary>
public sealed record StandingPush(GroupToken Token, StewardPhase Phase, int Heard, int Expected) : StewardPush(Token);

/// <summary>The steward has lost track of the reeve: send a snapshot.</summary>
public sealed record ResyncPush(GroupToken Token) : StewardPush(Token);

/// <summary>What has changed in the registry, or all of it for some apis.</summary>
public sealed record UpdatePush(GroupToken Token, ulong Revision) : StewardPush(Token)
{
    /// <summary>New or changed entries.</summary>
    public ImmutableArray<ServiceEntry> Upserts { get; init; } = [];

    /// <summary>Entries that are gone.</summary>
    public ImmutableArray<EntryKey> Removed { get; init; } = [];

    /// <summary>This, with the parts before it, is everything that the steward holds for <see cref="Apis"/>.</summary>
    public bool Complete { get; init; }

    /// <summary>What a complete answer speaks of; an empty name stands for all apis.</summary>
    public ImmutableArray<string> Apis { get; init; } = [];

    /// <summary>Parts of the same complete answer follow.</summary>
    public bool More { get; init; }

    /// <summary>Some of the upserts could not be read: nothing is forgotten on the word of such an answer.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Nodes that the steward hasn't heard: what is known of them stays.</summary>
    public ImmutableArray<NodeId> Unheard { get; init; } = [];

    /// <summary>Where set, a complete answer speaks of this node only, and of every api on it.</summary>
    public NodeId? OnlyNode { get; init; }
}
