namespace Crux.Machines.Flock.Events;

/// <summary>This node has another machine's identity, and has left the flock to it.</summary>
public sealed record PutAside(NodeId Id, NetAddress Kept) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text =>
        $"This node has the identity of the one at {Kept} (node id {Id.Brief}), which was started first: its disk was copied, and it is put aside. "
        + "Run 'crux node new-identity' here and restart fulcrum; or stop the other one for good and restart fulcrum here after ten minutes.";
}
