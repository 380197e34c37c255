namespace Crux.Machines.Flock.Events;

/// <summary>This node has the flock's birth record on disk: from now on it belongs to that flock and to no other.</summary>
public sealed record FlockSealed(UInt128 Uuid, string Bloc, string Flock) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"This node belongs to the sealed flock {Bloc}/{Flock}, uuid {Uuid:x32}, from now on.";
}
