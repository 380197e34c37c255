namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Keys and replay windows by boot salt, for senders whose tag has verified. Bounded: the one unused for longest goes, members
/// excepted, because forgetting a member's window would let its frames be replayed.
/// </summary>
internal sealed class SenderTable(int capacity, Func<NetAddress, ulong, bool> isMember) : IDisposable
{
    private readonly Dictionary<ulong, Sender> _bySalt = [];

    // By when each was heard at the latest when it was put here: a frame that is heard costs nothing, and who comes up too early goes back in.
    private readonly PriorityQueue<Sender, (Instant At, ulong Turn)> _order = new();
    private readonly Dictionary<ulong, Floor> _floors = [];
    private ulong _turns;

    public int Count => _bySalt.Count;

    /// <summary>Those that are forgotten but for one number.</summary>
    public int FormerCount => _floors.Count;

    public void Add(Instant now, Sender sender)
    {
        for (var tries = _bySalt.Count; _bySalt.Count >= capacity && tries > 0; tries--)
        {
            var oldest = Oldest(Instant.Never)!;
            if (isMember(oldest.Address, oldest.Salt))
                _order.Enqueue(oldest, (now, _turns++));
            else
                Forget(oldest);
        }
        sender.HeardAt = now;
        _bySalt[sender.Salt] = sender;
        _order.Enqueue(sender, (now, _turns++));
    }

    /// <summary>Forgets whom nothing was heard of since then.</summary>
    public void Retire(Instant heardBefore)
    {
        while (Oldest(heardBefore) is { } oldest)
            Forget(oldest);
    }

    /// <summary>Up to which counter frames with the join key are replays, of a sender whose window was forgotten.</summary>
    public ulong JoinFloorOf(ulong salt) => _floors.TryGetValue(salt, out var floor) ? floor.JoinCounter : 0;

    /// <summary>Looks without noting that the sender is in use.</summary>
    public Sender? Peek(ulong salt) => _bySalt.GetValueOrDefault(salt);

    public void Dispose()
    {
        foreach (var sender in _bySalt.Values)
            sender.Dispose();
        _bySalt.Clear();
        _floors.Clear();
        _order.Clear();
    }

    // Takes out the one heard last before all others; null where that was not before this.
    private Sender? Oldest(Instant heardBefore)
    {
        while (_order.TryPeek(out var sender, out var place) && place.At < heardBefore)
        {
            if (sender.HeardAt <= place.At)
                return _order.Dequeue();
            _order.DequeueEnqueue(sender, (sender.HeardAt, _turns++));
        }
        return null;
    }

    private void Forget(Sender sender)
    {
        _bySalt.Remove(sender.Salt);
        if (sender.JoinCounter > 0)
            Close(sender);
        sender.Dispose();
    }

    // A sender only ever counts up: what it said with the join key is over with its window, and may not be told again.
    private void Close(Sender sender)
    {
        if (_floors.Count >= capacity)
            Prune();
        _floors[sender.Salt] = new Floor(sender.JoinCounter, sender.Address);
    }

    // Those of boots that are gone: whatever they said is bound to a handshake that is over.
    private void Prune()
    {
        foreach (var (salt, floor) in _floors)
        {
            if (!isMember(floor.Address, salt))
                _floors.Remove(salt);
        }
    }

    private readonly record struct Floor(ulong JoinCounter, NetAddress Address);
}
