namespace Crux.Machines.Flock.Events;

/// <summary>The node noticed that it was not running.</summary>
public sealed record SelfStalled(TimeSpan Gap) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"This node did not run for {Gap.TotalSeconds:F1} s; it looks again before it judges others.";
}
