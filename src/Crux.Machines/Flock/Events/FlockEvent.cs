namespace Crux.Machines.Flock.Events;

/// <summary>News of the flock. <see cref="Text"/> tells it to people in one sentence.</summary>
public abstract record FlockEvent
{
    /// <summary>The whole story in one sentence.</summary>
    public abstract string Text { get; }
}
