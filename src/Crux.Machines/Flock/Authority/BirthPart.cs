namespace Crux.Machines.Flock.Authority;

/// <summary>The first byte of a message about births.</summary>
internal enum BirthPart : byte
{
    /// <summary>Two cookies: a node that is not sealed asks one that is.</summary>
    Ask = 0,

    /// <summary>A cookie and the record.</summary>
    Answer = 1,

    /// <summary>The record, to a member.</summary>
    Told = 2,

    /// <summary>To the leader: it is on this node's disk.</summary>
    Held = 3,

    /// <summary>The leader's answer.</summary>
    Heard = 4,

    /// <summary>What the sender is sealed under.</summary>
    Compare = 5,
}
