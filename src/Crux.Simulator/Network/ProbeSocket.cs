namespace Crux.Simulator.Network;

/// <summary>
/// The kernel's part in probing: a datagram to an address that nobody answers for waits three seconds for its neighbour, and while the
/// socket's buffer is full of those, every further send through it is dropped.
/// </summary>
internal sealed class ProbeSocket
{
    /// <summary>Three requests, a second apart.</summary>
    private static readonly long Wait = TimeSpan.FromSeconds(3).Ticks;

    private readonly Queue<long> _unresolved = new();

    public int Waiting => _unresolved.Count;

    /// <summary>Whether a datagram can be sent; one to an address where no machine is stays in the buffer.</summary>
    public bool TrySend(long now, bool isThere, int limit)
    {
        while (_unresolved.TryPeek(out var until) && until <= now)
            _unresolved.Dequeue();
        if (_unresolved.Count >= limit)
            return false;
        if (!isThere)
            _unresolved.Enqueue(now + Wait);
        return true;
    }
}
