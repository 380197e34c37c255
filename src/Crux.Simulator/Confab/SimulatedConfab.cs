namespace Crux.Simulator.Confab;

/// <summary>One node's end of a <see cref="SimulatedNetwork"/>.</summary>
/// <remarks>As every confab: one owner calls it. Posting is the network's, from any thread.</remarks>
public sealed class SimulatedConfab : IConfab
{
    /// <summary>Datagrams that wait for the owner, as many as a kernel's buffer would hold; later ones are dropped and counted.</summary>
    public const int MaxWaiting = 1024;

    private readonly SimulatedNetwork _network;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(NetAddress From, byte[] Bytes), (TimeSpan At, long Order)> _waiting = new();
    private Action? _arrived;
    private ConfabCounters _counters;
    private long _order;
    private bool _closed;

    internal SimulatedConfab(SimulatedNetwork network, TimeProvider time, NetAddress address, IReadOnlyList<AddressRange> neighbourhood)
    {
        (_network, _time, Address, Neighbourhood) = (network, time, address, neighbourhood);
        _origin = time.GetTimestamp();
        using (ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static confab => ((SimulatedConfab)confab!)._arrived?.Invoke(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public NetAddress Address { get; }

    /// <inheritdoc/>
    public IReadOnlyList<AddressRange> Neighbourhood { get; }

    /// <inheritdoc/>
    public ConfabCounters Counters
    {
        get
        {
            lock (_gate)
                return _counters;
        }
    }

    /// <inheritdoc/>
    public void Send(NetAddress to, ReadOnlySpan<byte> datagram, Reach reach)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _counters = _counters with { DatagramsSent = _counters.DatagramsSent + 1, BytesSent = _counters.BytesSent + datagram.Length };
        }
        _network.Carry(Address, to, datagram);
    }

    /// <inheritdoc/>
    public bool TryReceive(Span<byte> buffer, out NetAddress from, out int length)
    {
        (from, length) = (default, 0);
        lock (_gate)
        {
            if (_closed || !_waiting.TryPeek(out var first, out var due))
                return false;
            if (due.At > Now())
            {
                Arm(due.At);
                return false;
            }
            _waiting.Dequeue();
            length = Math.Min(buffer.Length, first.Bytes.Length);
            first.Bytes.AsSpan(0, length).CopyTo(buffer);
            from = first.From;
            _counters = _counters with { DatagramsReceived = _counters.DatagramsReceived + 1, BytesReceived = _counters.BytesReceived + length };
            return true;
        }
    }

    /// <inheritdoc/>
    public void OnArrival(Action arrived) => _arrived = arrived;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _network.Close(this);
        lock (_gate)
        {
            _closed = true;
            _waiting.Clear();
        }
        return _timer.DisposeAsync();
    }

    internal void Post(NetAddress from, byte[] bytes, TimeSpan way)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            if (_waiting.Count == MaxWaiting)
            {
                _counters = _counters with { DroppedInbound = _counters.DroppedInbound + 1 };
                return;
            }
            var at = Now() + way;
            var isFirst = !_waiting.TryPeek(out _, out var due) || at < due.At;
            _waiting.Enqueue((from, bytes), (at, _order++));
            if (isFirst)
                Arm(at);
        }
    }

    private TimeSpan Now() => _time.GetElapsedTime(_origin);

    private void Arm(TimeSpan at) =>
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((at - Now()).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
}
