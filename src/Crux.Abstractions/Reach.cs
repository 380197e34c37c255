namespace Crux;

/// <summary>How much is known of the address that a datagram goes to.</summary>
public enum Reach
{
    /// <summary>Somebody answers there.</summary>
    Proven = 0,

    /// <summary>
    /// A guess. Sent through a socket of its own: the kernel queues only some 256 unresolved neighbours, and heartbeats must
    /// not starve behind guesses.
    /// </summary>
    Unproven = 1,
}
