namespace Crux.Machines.Flock.Events;

/// <summary>Another node leads, or none.</summary>
public sealed record LeaderChanged(NodeId? Was, NodeId? Is, ulong Term) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => Is is { } id ? $"{id.Brief} leads in term {Term}." : "There is no leader.";
}
