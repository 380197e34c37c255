namespace Crux.Machines.Flock.Events;

/// <summary>This node seals with another generation of the flock's keys.</summary>
public sealed record KeysInUse(uint Generation) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"Generation {Generation} of the flock's keys is in use.";
}
