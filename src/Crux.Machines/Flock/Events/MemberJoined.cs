namespace Crux.Machines.Flock.Events;

/// <summary>A node is in the view that was not there before.</summary>
public sealed record MemberJoined(Member Member) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"{Member.Name} joined at {Member.Address}.";
}
