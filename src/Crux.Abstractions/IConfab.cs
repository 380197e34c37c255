namespace Crux;

/// <summary>
/// The network as a node sees it: it knows its own address, can guess others, and sends and receives datagrams that may be lost,
/// repeated or reordered.
/// </summary>
/// <remarks>One owner calls it. Nothing here blocks, and nothing here fails because a peer is away.</remarks>
public interface IConfab : IAsyncDisposable
{
    /// <summary>The largest datagram that fits one Ethernet frame with IPv4 and UDP headers, and so is never fragmented.</summary>
    const int MaxDatagramBytes = 1400;

    /// <summary>This node's own address.</summary>
    NetAddress Address { get; }

    /// <summary>Where other nodes may be: addresses are reasonably dense.</summary>
    IReadOnlyList<AddressRange> Neighbourhood { get; }

    /// <summary>Sends one datagram, or drops it where the network can't take it now. The bytes are copied before it returns.</summary>
    void Send(NetAddress to, ReadOnlySpan<byte> datagram, Reach reach);

    /// <summary>
    /// Takes the next datagram that has arrived, into <paramref name="buffer"/>; false where none waits. One longer than the buffer is cut,
    /// so a buffer of more than <see cref="MaxDatagramBytes"/> tells an oversized one.
    /// </summary>
    bool TryReceive(Span<byte> buffer, out NetAddress from, out int length);

    /// <summary>
    /// Names whom to tell, once and from any thread, when a datagram comes after <see cref="TryReceive"/> has returned false.
    /// Set before the first receive.
    /// </summary>
    void OnArrival(Action arrived);

    /// <summary>What was sent, received and dropped so far.</summary>
    ConfabCounters Counters { get; }
}
