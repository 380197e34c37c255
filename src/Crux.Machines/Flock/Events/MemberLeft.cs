namespace Crux.Machines.Flock.Events;

/// <summary>A node is no longer in the view.</summary>
public sealed record MemberLeft(Member Member, Departure Why) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"{Member.Name} at {Member.Address} {(Why switch { Departure.Left => "said goodbye", Departure.Evicted => "fell silent and was evicted", Departure.ShutOut => "was shut out by the operator", _ => "was replaced by another node at its address" })}.";
}
