namespace Crux.Simulator.Scenarios.Running;

/// <summary>How a flock's keys turned in one run, and what was tried against them.</summary>
/// <param name="Rotations">Turns of the transient key, as seen at one node at a time: of epochs, and of generations after the first.</param>
/// <param name="Ordered">Generations that the operator ordered.</param>
/// <param name="Generation">The highest generation that came into use.</param>
/// <param name="MembersLost">Healthy nodes that somebody evicted, and those that run at the end and that another does not reach.</param>
/// <param name="FramesSealed">Frames sealed, by all nodes in all their lives: so many nonces were used.</param>
/// <param name="NoncesRepeated">Nonces that a key met twice.</param>
/// <param name="Replays">Datagrams that came to a node which had accepted them in this life: replayed, or doubled by the network.</param>
/// <param name="ReplaysAccepted">Those of them that were accepted again.</param>
public sealed record KeyFigures(long Rotations, int Ordered, uint Generation, int MembersLost, long FramesSealed, long NoncesRepeated, long Replays, long ReplaysAccepted)
{
    /// <summary>Nothing happened.</summary>
    public static KeyFigures None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}
