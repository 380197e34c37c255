namespace Crux.Machines.Flock.Events;

/// <summary>One node id is alive at two addresses: a disk was copied. The machine that was started first stays, the other is put aside.</summary>
public sealed record CloneSeen(NodeId Id, string Name, NetAddress Kept, NetAddress Aside) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text =>
        $"Node id {Id.Brief} ({Name}) is alive at {Kept} and at {Aside}: a disk was copied. {Kept} stays, {Aside} is put aside. Run 'crux node new-identity' there and restart fulcrum.";
}
