namespace Crux.Simulator.Anchors;

/// <summary>What is said about a member.</summary>
internal enum RumorKind : byte
{
    /// <summary>It lives, in this incarnation.</summary>
    Alive,

    /// <summary>Its probe went unanswered.</summary>
    Suspect,

    /// <summary>A suspicion of it ran out.</summary>
    Dead,
}
