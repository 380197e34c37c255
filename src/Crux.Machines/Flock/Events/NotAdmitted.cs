namespace Crux.Machines.Flock.Events;

/// <summary>The flock doesn't let this node in.</summary>
public sealed record NotAdmitted(string Why) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => Why;
}
