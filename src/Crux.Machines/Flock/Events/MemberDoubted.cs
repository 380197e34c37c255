namespace Crux.Machines.Flock.Events;

/// <summary>This node began to probe a silent member.</summary>
public sealed record MemberDoubted(NodeId? Subject, NetAddress Address) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"{Subject?.Brief ?? "A member not known yet"} at {Address} is silent and being probed.";
}
