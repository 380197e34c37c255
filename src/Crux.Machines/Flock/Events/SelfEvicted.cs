namespace Crux.Machines.Flock.Events;

/// <summary>The node found that the others have evicted it, and that it has to prove to be well before it is a member again.</summary>
public sealed record SelfEvicted(TimeSpan Proof) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"The flock evicted this node: it did not answer. It is let in again once it has heard and been heard for {Proof.TotalSeconds:F0} s.";
}
