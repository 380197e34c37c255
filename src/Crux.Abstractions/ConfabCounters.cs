namespace Crux;

/// <summary>What a confab has carried since it was opened. Bytes are of datagram payload.</summary>
public readonly record struct ConfabCounters(
    long DatagramsSent, long BytesSent, long DatagramsReceived, long BytesReceived, long DroppedInbound, long DroppedOutbound);
