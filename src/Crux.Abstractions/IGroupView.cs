namespace Crux;

/// <summary>A group as the rest of a node sees it: who is in it and who leads. A flock implements it; a horde will.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IGroupView
{
    /// <summary>The newest snapshot. Never null; before the flock has started it holds this node alone.</summary>
    GroupSnapshot Current { get; }

    /// <summary>
    /// Until when this node may act as the one leader, on the node's own clock; past where it does not lead by election. A lease is
    /// renewed often, and that makes no snapshot: who writes in the group's name looks here each time, for a node that was paused
    /// still sees itself lead when it goes on.
    /// </summary>
    Instant FencedUntil { get; }

    /// <summary>
    /// The current snapshot, then each newer one. A slow reader skips to the newest: snapshots are states, not a log.
    /// Ends when the group's node stops.
    /// </summary>
    IAsyncEnumerable<GroupSnapshot> WatchAsync(CancellationToken cancellationToken);
}
