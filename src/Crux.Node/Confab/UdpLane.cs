using System.Net;
using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>One non-blocking UDP socket that allocates nothing per datagram.</summary>
/// <remarks>One owner calls it; only <see cref="OnArrival"/>'s action is called from another thread.</remarks>
internal sealed class UdpLane : IDisposable
{
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;
    private const int SoMemInfo = 55;
    private const int MemInfoWords = 9;
    private const int MemInfoDrops = 8;

    /// <summary>A socket that reports an error this often in a row is beyond use.</summary>
    private const int MaxErrorsInARow = 16;

    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _peek = new(true);
    private readonly SocketAddress _to;
    private readonly SocketAddress _from;
    private Action? _arrived;
    private volatile bool _armed;
    private volatile bool _closed;

    public UdpLane(AddressFamily family, int receiveBufferBytes, int sendBufferBytes)
    {
        _socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        (_to, _from) = (KernelAddress.Empty(family), KernelAddress.Empty(family));
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
        KernelAddress.Write(_to, to);
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
                    from = KernelAddress.Read(_from);
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
