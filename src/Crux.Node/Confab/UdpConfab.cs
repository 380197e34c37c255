using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>UDP over IPv4 or IPv6: the network that a node really has.</summary>
/// <remarks>
/// One owner calls it; nothing blocks and nothing is allocated per datagram. The only queues are the kernel's, of fixed size, and
/// what they refuse is counted.
/// <para>
/// Two sockets share the node's address and port. A datagram to an address that nobody answers waits in the kernel for its neighbour
/// (three seconds of ARP or neighbour discovery) and is charged to its socket's send buffer meanwhile, so some 256 guesses at silent addresses fill a socket:
/// guesses go through one of their own, and heartbeats never wait behind them. Both have the same source address, so a guess's answer
/// comes to the node's one true address, and firewalls see one port.
/// </para>
/// </remarks>
public sealed class UdpConfab : IConfab
{
    /// <summary>Inbound bytes that the kernel holds while this process is busy; it counts its own bookkeeping in, so some 700 datagrams or more.</summary>
    public const int ReceiveBufferBytes = 1 << 20;

    /// <summary>Outbound bytes that the kernel holds for members.</summary>
    public const int SendBufferBytes = 1 << 20;

    /// <summary>
    /// Outbound bytes that the kernel holds for guesses: about 256 datagrams, and so no more than that many of the 1,024 entries that
    /// a host's neighbour table has by default. More would push members' entries out of it.
    /// </summary>
    public const int GuessBufferBytes = 208 << 10;

    private readonly UdpLane _members;
    private readonly UdpLane _guesses;
    private long _datagramsSent, _bytesSent, _datagramsReceived, _bytesReceived, _droppedOutbound;
    private bool _guessesFirst;

    private UdpConfab(UdpLane members, UdpLane guesses, NetAddress address, IReadOnlyList<AddressRange> neighbourhood) =>
        (_members, _guesses, Address, Neighbourhood) = (members, guesses, address, neighbourhood);

    /// <inheritdoc/>
    public NetAddress Address { get; }

    /// <inheritdoc/>
    public IReadOnlyList<AddressRange> Neighbourhood { get; }

    /// <inheritdoc/>
    /// <remarks>Safe from any thread; numbers of one call may be a few datagrams apart.</remarks>
    public ConfabCounters Counters => new(
        Volatile.Read(ref _datagramsSent), Volatile.Read(ref _bytesSent), Volatile.Read(ref _datagramsReceived), Volatile.Read(ref _bytesReceived),
        DroppedByKernel(), Volatile.Read(ref _droppedOutbound));

    /// <summary>Opens the node's sockets on <paramref name="address"/>; port 0 takes a free one.</summary>
    /// <exception cref="ConfabException">The address is not this machine's, or its port is taken; the message says what to do.</exception>
    public static UdpConfab Open(NetAddress address, IReadOnlyList<AddressRange> neighbourhood)
    {
        if (address.IsAny)
            throw new ConfabException($"{address.ToIPAddress()} is not an address that others can answer: give one of this machine's own with --address.");
        var guesses = new UdpLane(address.Family, ReceiveBufferBytes, GuessBufferBytes);
        var members = new UdpLane(address.Family, ReceiveBufferBytes, SendBufferBytes);
        try
        {
            // The first bind is exclusive, so a taken port is found out. Then both allow each other for a moment, and nobody after them.
            // Linux hands a datagram to the socket bound last: that is why the guesses' socket is the first. Both are read all the same.
            guesses.Bind(address);
            address = address.WithPort(guesses.Port);
            guesses.ShareAddress(true);
            members.ShareAddress(true);
            members.Bind(address);
            guesses.ShareAddress(false);
            members.ShareAddress(false);
        }
        catch (SocketException error)
        {
            guesses.Dispose();
            members.Dispose();
            throw Explain(address, error);
        }
        return new UdpConfab(members, guesses, address, neighbourhood);
    }

    /// <inheritdoc/>
    public void Send(NetAddress to, ReadOnlySpan<byte> datagram, Reach reach)
    {
        var taken = to.IsV4 == Address.IsV4 && (reach == Reach.Proven
            ? _members.TrySend(to, datagram)
            // Asked first: a silent neighbourhood fills this socket as a matter of course, and an exception for each would be dear.
            : _guesses.HasRoom() && _guesses.TrySend(to, datagram));
        if (!taken)
        {
            Volatile.Write(ref _droppedOutbound, _droppedOutbound + 1);
            return;
        }
        Volatile.Write(ref _datagramsSent, _datagramsSent + 1);
        Volatile.Write(ref _bytesSent, _bytesSent + datagram.Length);
    }

    /// <inheritdoc/>
    public bool TryReceive(Span<byte> buffer, out NetAddress from, out int length)
    {
        // Turn about, so that neither socket can starve the other. Both are always asked before "none waits", since asking arms the notice.
        _guessesFirst = !_guessesFirst;
        var (one, other) = _guessesFirst ? (_guesses, _members) : (_members, _guesses);
        if (!one.TryReceive(buffer, out from, out length) && !other.TryReceive(buffer, out from, out length))
            return false;
        Volatile.Write(ref _datagramsReceived, _datagramsReceived + 1);
        Volatile.Write(ref _bytesReceived, _bytesReceived + length);
        return true;
    }

    /// <inheritdoc/>
    public void OnArrival(Action arrived)
    {
        _members.OnArrival(arrived);
        _guesses.OnArrival(arrived);
    }

    /// <summary>Closes both sockets at once; nothing is said to anybody.</summary>
    public ValueTask DisposeAsync()
    {
        _members.Dispose();
        _guesses.Dispose();
        return ValueTask.CompletedTask;
    }

    private long DroppedByKernel()
    {
        try
        {
            return _members.DroppedByKernel + _guesses.DroppedByKernel;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Asked while closing: nothing more will be dropped.
            return 0;
        }
    }

    private static ConfabException Explain(NetAddress address, SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => new ConfabException(
            $"UDP {address} is in use: another fulcrum, or another program, has it. `ss -ulpn 'sport = {address.Port}'` names it; stop it, or give another --port or --address.", error),
        SocketError.AddressNotAvailable => new ConfabException(
            $"{address.ToIPAddress()} is not an address of this machine: `ip {(address.IsV4 ? "-4" : "-6")} addr` lists those that are (one of IPv6 that is still 'tentative' takes a second); give one with --address.", error),
        SocketError.AccessDenied => new ConfabException(
            $"Port {address.Port} needs privileges that this process lacks: give a --port above 1023.", error),
        _ => new ConfabException($"UDP {address} can't be opened: {error.Message}.", error),
    };
}
