namespace Crux;

/// <summary>How sure it is that a leader is the only one.</summary>
public enum LeaderGrade
{
    /// <summary>Nobody leads.</summary>
    None,

    /// <summary>Good for finding each other; while the view is split, each part has one.</summary>
    Provisional,

    /// <summary>Elected by a majority of voters, and under a lease: no other of its lineage acts while it may.</summary>
    Fenced,
}
