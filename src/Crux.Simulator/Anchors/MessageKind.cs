namespace Crux.Simulator.Anchors;

/// <summary>The head of a datagram; rumours ride behind it.</summary>
internal enum MessageKind : byte
{
    /// <summary>Rumours only.</summary>
    Gossip,
    Ping,
    Ack,
    IndirectPing,
    Nack,
}
