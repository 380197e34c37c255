namespace Crux.Simulator.Invariants;

/// <summary>What must be true in every history.</summary>
public enum Invariant
{
    /// <summary>At rest, the reachable members of a connected part have one view of each other, and one leader.</summary>
    OneView,

    /// <summary>A life that was seen to end does not come back.</summary>
    NoResurrection,

    /// <summary>Nobody healthy is evicted.</summary>
    NoFalseEviction,

    /// <summary>Whoever crashed is out of every view in bound.</summary>
    CrashRemoved,

    /// <summary>Parts that can hear each other again become one view in bound.</summary>
    Merged,

    /// <summary>No key seals two frames with one nonce.</summary>
    NonceOnce,

    /// <summary>No node accepts one datagram twice.</summary>
    AcceptedOnce,

    /// <summary>A term of a lineage has one fenced leader at most.</summary>
    OneFencedLeader,

    /// <summary>No two nodes hold leases of one lineage at once.</summary>
    OneLease,

    /// <summary>No node follows a lower term of a lineage than it did.</summary>
    TermsRise,

    /// <summary>No node takes in a member of another flock, or one that does not exist.</summary>
    FlocksApart,

    /// <summary>No clone is seen where there is none.</summary>
    NoPhantomClone,

    /// <summary>Queues, buffers and tables stay within their limits.</summary>
    Bounded,

    /// <summary>A machine neither throws nor asks to be called for ever.</summary>
    Sound,
}
