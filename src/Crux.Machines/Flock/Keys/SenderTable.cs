namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Keys and replay windows by boot salt, for senders whose tag has verified. Bounded: the one unused for longest goes, members
/// excepted, because forgetting a member's window would let its frames be replayed.
/// </summary>
internal sealed class SenderTable(int capacity, Func<Sender, bool> isMember) : IDisposable
{
    private readonly Dictionary<ulong, Sender> _bySalt = [];
    private readonly LinkedList<Sender> _byUse = new();

    public int Count => _bySalt.Count;

    /// <summary>Notes that a frame of it was authenticated.</summary>
    public void Hear(Instant now, Sender sender)
    {
        sender.HeardAt = now;
        Touch(sender);
    }

    public void Add(Sender sender)
    {
        for (var tries = _bySalt.Count; _bySalt.Count >= capacity && tries > 0; tries--)
        {
            var oldest = _byUse.First!.Value;
            if (isMember(oldest))
                Touch(oldest);
            else
                Remove(oldest);
        }
        sender.Place = _byUse.AddLast(sender);
        _bySalt[sender.Salt] = sender;
    }

    /// <summary>Forgets whom nothing was heard of since then.</summary>
    public void Retire(Instant heardBefore)
    {
        while (_byUse.First is { Value: { } oldest } && oldest.HeardAt < heardBefore)
            Remove(oldest);
    }

    /// <summary>Looks without noting that the sender is in use.</summary>
    public Sender? Peek(ulong salt) => _bySalt.GetValueOrDefault(salt);

    public void Dispose()
    {
        foreach (var sender in _byUse)
            sender.Dispose();
        _byUse.Clear();
        _bySalt.Clear();
    }

    private void Touch(Sender sender)
    {
        _byUse.Remove(sender.Place!);
        _byUse.AddLast(sender.Place!);
    }

    private void Remove(Sender sender)
    {
        _byUse.Remove(sender.Place!);
        _bySalt.Remove(sender.Salt);
        sender.Dispose();
    }
}
