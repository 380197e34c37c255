namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Keys and replay windows by boot salt, for senders whose tag has verified. Bounded: the one unused for longest goes, members
/// excepted, because forgetting a member's window would let its frames be replayed.
/// </summary>
internal sealed class SenderTable(int capacity, Func<ulong, bool> isMember) : IDisposable
{
    private readonly Dictionary<ulong, Sender> _bySalt = [];
    private readonly LinkedList<Sender> _byUse = new();

    public int Count => _bySalt.Count;

    public Sender? Find(ulong salt)
    {
        if (!_bySalt.TryGetValue(salt, out var sender))
            return null;
        Touch(sender);
        return sender;
    }

    public void Add(Sender sender)
    {
        for (var tries = _bySalt.Count; _bySalt.Count >= capacity && tries > 0; tries--)
        {
            var oldest = _byUse.First!.Value;
            if (isMember(oldest.Salt))
                Touch(oldest);
            else
                Remove(oldest);
        }
        sender.Place = _byUse.AddLast(sender);
        _bySalt[sender.Salt] = sender;
    }

    public void Dispose()
    {
        foreach (var sender in _byUse)
            sender.Cipher.Dispose();
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
        sender.Cipher.Dispose();
    }
}
