using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>One non-blocking UDP socket over IPv4 that allocates nothing per datagram.</summary>
/// <remarks>One owner calls it; only <see cref="OnArrival"/>'s action is called from another thread.</remarks>
internal sealed class UdpLane : IDisposable
{
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;
    private const int SoMemInfo = 55;
    private const int MemInfoWords = 9;
    private const int MemInfoDrops = 8;
    private const int PortOffset = 2;
    private const int AddressOffset = 4;
    private const int SocketAddressBytes = 16;

    /// <summary>A socket that reports an error this often in a row is beyond use.</summary>
    private const int MaxErrorsInARow = 16;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly SocketAsyncEventArgs _peek = new(true);
    private readonly SocketAddress _to = new(AddressFamily.InterNetwork, SocketAddressBytes);
    private readonly SocketAddress _from = new(AddressFamily.InterNetwork, SocketAddressBytes);
    private Action? _arrived;
    private volatile bool _armed;
    private volatile bool _closed;

    public UdpLane(int receiveBufferBytes, int sendBufferBytes)
    {
        _socket.Blocking = false;
        _socket.ReceiveBufferSize = receiveBufferBytes;
        _socket.SendBufferSize = sendBufferBytes;
        // A peek of one byte completes when a datagram waits and takes nothing: the read itself stays synchronous, with its address.
        _peek.SetBuffer(new byte[1]);
        _peek.Completed += (_, _) => Tell();
    }

    public ushort Port => (ushort)((IPEndPoint)_socket.LocalEndPoint!).Port;

    public long DroppedByKernel
    {
        get
        {
            if (_closed)
                return 0;
            Span<byte> info = stackalloc byte[MemInfoWords * sizeof(uint)];
            return _socket.GetRawSocketOption(SolSocket, SoMemInfo, info) == info.Length
                ? BitConverter.ToUInt32(info[(MemInfoDrops * sizeof(uint))..])
                : 0;
        }
    }

    public void Bind(NetAddress address) => _socket.Bind(address.ToEndPoint());

    /// <summary>
    /// Whether another socket that allows it too may be bound to the same address and port. The raw option, because the
    /// framework's own sets SO_REUSEPORT along with it, and that would share inbound datagrams out between the sockets.
    /// </summary>
    public void ShareAddress(bool share) => _socket.SetRawSocketOption(SolSocket, SoReuseAddress, BitConverter.GetBytes(share ? 1 : 0));

    public void OnArrival(Action arrived) => _arrived = arrived;

    /// <summary>Whether the socket's send buffer has room: half of it, as the kernel counts.</summary>
    public bool HasRoom() => _socket.Poll(0, SelectMode.SelectWrite);

    /// <summary>Sends, or returns false where the kernel won't take the datagram now.</summary>
    public bool TrySend(NetAddress to, ReadOnlySpan<byte> datagram)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_to.Buffer.Span[PortOffset..], to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(_to.Buffer.Span[AddressOffset..], to.V4Bits);
        try
        {
            return _socket.SendTo(datagram, SocketFlags.None, _to) == datagram.Length;
        }
        catch (SocketException)
        {
            // A full buffer, a full neighbour table, no route, a firewall's refusal, a peer's closed port: all of them are "not now" to gossip.
            return false;
        }
    }

    public bool TryReceive(Span<byte> buffer, out NetAddress from, out int length)
    {
        (from, length) = (default, 0);
        for (var errors = 0; !_armed && !_closed;)
        {
            try
            {
                if (_socket.Poll(0, SelectMode.SelectRead))
                {
                    length = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
                    var bytes = _from.Buffer.Span;
                    from = NetAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes[AddressOffset..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]));
                    return true;
                }
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.MessageSize)
            {
                length = buffer.Length;
                return true;
            }
            catch (SocketException) when (errors++ < MaxErrorsInARow)
            {
                // An ICMP error of an earlier send surfaces here; reading it clears it.
                continue;
            }
            _armed = true;
            // Set each time: a completed receive leaves the flags of what it received.
            _peek.SocketFlags = SocketFlags.Peek;
            if (_socket.ReceiveAsync(_peek))
                return false;
            _armed = false;
            if (_peek.SocketError != SocketError.Success && errors++ >= MaxErrorsInARow)
                throw new SocketException((int)_peek.SocketError);
        }
        return false;
    }

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
        if (!_armed)
            _peek.Dispose();
    }

    private void Tell()
    {
        _armed = false;
        if (!_closed)
            _arrived?.Invoke();
    }
}
