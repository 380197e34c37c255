namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Keys and replay windows by boot salt, for senders whose tag has verified. Bounded: the one unused for longest goes, members
/// excepted, because forgetting a member's window would let its frames be replayed.
/// </summary>
internal sealed class SenderTable(int capacity, Func<Sender, bool> isMember) : IDisposable
{
    private readonly Dictionary<ulong, Sender> _bySalt = [];

    // By when each was heard at the latest when it was put here: a frame that is heard costs nothing, and who comes up too early goes back in.
    private readonly PriorityQueue<Sender, (Instant At, ulong Turn)> _order = new();
    private ulong _turns;

    public int Count => _bySalt.Count;

    public void Add(Instant now, Sender sender)
    {
        for (var tries = _bySalt.Count; _bySalt.Count >= capacity && tries > 0; tries--)
        {
            var oldest = Oldest(Instant.Never)!;
            if (isMember(oldest))
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

    /// <summary>Looks without noting that the sender is in use.</summary>
    public Sender? Peek(ulong salt) => _bySalt.GetValueOrDefault(salt);

    public void Dispose()
    {
        foreach (var sender in _bySalt.Values)
            sender.Dispose();
        _bySalt.Clear();
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
        sender.Dispose();
    }
}
