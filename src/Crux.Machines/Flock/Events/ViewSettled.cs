namespace Crux.Machines.Flock.Events;

/// <summary>The view stood still long enough to act on.</summary>
public sealed record ViewSettled(int Members, TimeSpan After) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"The view settled with {Members} members after {After.TotalSeconds:F1} s.";
}
