namespace Crux.Machines.Flock.Events;

/// <summary>The view was settled and is moving again.</summary>
public sealed record ViewUnsettled(int Members) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"The view is moving; {Members} members now.";
}
