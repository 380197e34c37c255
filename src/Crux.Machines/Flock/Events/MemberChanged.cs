namespace Crux.Machines.Flock.Events;

/// <summary>A member's name, address, incarnation or status changed.</summary>
public sealed record MemberChanged(Member Was, Member Is) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"{Is.Name} at {Is.Address}, incarnation {Is.Incarnation}, is {Is.Status.ToString().ToLowerInvariant()}{(Is.Incarnation > Was.Incarnation ? " in a new incarnation" : "")}.";
}
