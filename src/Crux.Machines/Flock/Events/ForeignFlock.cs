using Crux.Machines.Flock.Authority;

namespace Crux.Machines.Flock.Events;

/// <summary>A node of another flock was met, by this node or by a member. Nothing of it is taken over. Once at first, then at most once a minute.</summary>
/// <param name="Stranger">Who it is, and where.</param>
/// <param name="Own">The uuid of this node's own flock; 0 where it is not sealed.</param>
public sealed record ForeignFlock(ForeignSighting Stranger, UInt128 Own) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => Stranger.Uuid != 0 && Own != 0
        ? $"ForeignFlock: {Stranger.At} belongs to another flock, {Name}; this one is {Own:x32}. They share a secret and a network, and do not mix. Separate the networks, or run 'crux flock absorb' in the one that is to end."
        : $"ForeignFlock: {Stranger.At} belongs to another flock, {Name}. They share a secret and a network, and do not mix. If they should be one, give all nodes the same --bloc and --flock; if not, give each flock a secret of its own.";

    private string Name => $"{Stranger.Bloc}/{Stranger.Flock}{(Stranger.Uuid == 0 ? " (not sealed)" : $" (sealed as {Stranger.Uuid:x32})")}";
}
