namespace Crux.Simulator.Time;

/// <summary>What can happen in virtual time.</summary>
internal enum SimulatedEventKind : byte
{
    /// <summary>A node's process starts.</summary>
    PowerOn,

    /// <summary>A node's machine is due.</summary>
    Deadline,

    /// <summary>A datagram reaches a node.</summary>
    Arrival,

    /// <summary>A datagram is through a node's line.</summary>
    Delivery,

    /// <summary>A paused process runs again.</summary>
    Resume,

    /// <summary>A busy process takes the next datagram from its socket.</summary>
    Serve,

    /// <summary>A datagram that was recorded reaches the same node once more.</summary>
    Replay,

    /// <summary>A stranger sends the next garbage to a node.</summary>
    Garbage,

    /// <summary>A node's disk has finished a write.</summary>
    Written,
}
