namespace Crux.Machines.Flock.Events;

/// <summary>So many members fell silent at once that the network is to blame.</summary>
public sealed record PartitionSeen(int Unreachable, int Members) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"{Unreachable} of {Members} members fell silent at once: a partition. They are kept as unreachable.";
}
