namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Keys and replay windows by boot salt, for senders whose tag has verified. Bounded: the one unused for longest goes, members
/// excepted, because forgetting a member's window would let its frames be replayed.
/// </summary>
internal sealed class SenderTable(int capacity, Func<Sender, bool> isMember) : IDisposable
{
    private readonly Dictionary<ulong, Sender> _bySalt = [];
    private Sender? _first;
    private Sender? _last;

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
            var oldest = _first!;
            if (isMember(oldest))
                Touch(oldest);
            else
                Remove(oldest);
        }
        Append(sender);
        _bySalt[sender.Salt] = sender;
    }

    /// <summary>Forgets whom nothing was heard of since then.</summary>
    public void Retire(Instant heardBefore)
    {
        while (_first is { } oldest && oldest.HeardAt < heardBefore)
            Remove(oldest);
    }

    /// <summary>Looks without noting that the sender is in use.</summary>
    public Sender? Peek(ulong salt) => _bySalt.GetValueOrDefault(salt);

    public void Dispose()
    {
        for (var sender = _first; sender is not null; sender = sender.After)
            sender.Dispose();
        (_first, _last) = (null, null);
        _bySalt.Clear();
    }

    private void Touch(Sender sender)
    {
        if (ReferenceEquals(sender, _last))
            return;
        Unlink(sender);
        Append(sender);
    }

    private void Append(Sender sender)
    {
        (sender.Before, sender.After) = (_last, null);
        if (_last is null)
            _first = sender;
        else
            _last.After = sender;
        _last = sender;
    }

    private void Unlink(Sender sender)
    {
        if (sender.Before is null)
            _first = sender.After;
        else
            sender.Before.After = sender.After;
        if (sender.After is null)
            _last = sender.Before;
        else
            sender.After.Before = sender.Before;
    }

    private void Remove(Sender sender)
    {
        Unlink(sender);
        _bySalt.Remove(sender.Salt);
        sender.Dispose();
    }
}
