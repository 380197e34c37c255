namespace Crux.Machines.Flock.Events;

/// <summary>One node id is alive at two addresses.</summary>
public sealed record CloneSeen(NodeId Id, NetAddress First, NetAddress Second) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"Node id {Id.Brief} is alive at {First} and at {Second}: was a disk copied? Run 'crux node new-identity' on one of them.";
}
