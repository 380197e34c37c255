namespace Crux.Machines.Flock.Events;

/// <summary>Datagrams that this node could not use. At most one such event in five seconds; the count covers those kept quiet.</summary>
public sealed record DatagramRejected(NetAddress From, RejectReason Reason, long Count) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"{Count} datagrams could not be read, the last one from {From}: {Reason}.";
}
