namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>What a node is in its lineage's election.</summary>
internal enum ElectionRole
{
    /// <summary>It follows, or waits.</summary>
    Follower,

    /// <summary>It asks whether it would be elected, and nothing has changed yet.</summary>
    Canvassing,

    /// <summary>It has voted for itself and asks for votes.</summary>
    Standing,

    /// <summary>It was elected.</summary>
    Leading,
}
