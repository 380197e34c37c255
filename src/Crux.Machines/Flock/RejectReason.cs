namespace Crux.Machines.Flock;

/// <summary>Why a datagram was not used.</summary>
public enum RejectReason
{
    /// <summary>Shorter than a frame or longer than a datagram may be.</summary>
    Length,

    /// <summary>Another protocol, or another version of this one.</summary>
    Version,

    /// <summary>Another flock, bloc or secret: nothing was decrypted.</summary>
    ForeignFlock,

    /// <summary>It says that this very node sent it.</summary>
    Echo,

    /// <summary>Too many unknown senders in a short time.</summary>
    TooManySenders,

    /// <summary>The tag does not fit: forged, damaged, or meant for another node or another boot of this one.</summary>
    NotAuthentic,

    /// <summary>Seen before, or too old to tell.</summary>
    Replay,

    /// <summary>Authentic, and still not a message of this protocol.</summary>
    Malformed,

    /// <summary>Authentic, from a node that is not in the view; it is asked to introduce itself.</summary>
    Stranger,

    /// <summary>Sealed with a generation of keys that this node doesn't hold: nothing was decrypted.</summary>
    UnknownKey,

    /// <summary>Sealed with a key past its life, or of a time too far ahead: nothing was decrypted.</summary>
    StaleKey,

    /// <summary>Said in the join tier what only members may say.</summary>
    WrongTier,

    /// <summary>Authentic, from a node that the operator has shut out, or has not approved yet.</summary>
    NotAdmitted,
}
