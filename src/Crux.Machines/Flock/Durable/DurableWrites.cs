namespace Crux.Machines.Flock.Durable;

/// <summary>
/// Puts states on disk, one write of each kind at a time, and goes on with what had to wait for it. While one is under way the
/// next waits, and a still later one takes its place: states are written whole, so only the newest counts.
/// </summary>
internal sealed class DurableWrites(FlockState state)
{
    private readonly SortedDictionary<DurableKind, Pending> _underWay = [];
    private readonly SortedDictionary<DurableKind, Pending> _waiting = [];
    private ulong _ticket;

    /// <summary>Whether anything of this kind is on its way to the disk.</summary>
    public bool IsBusy(DurableKind kind) => _underWay.ContainsKey(kind);

    /// <summary>
    /// Has <paramref name="content"/> written. <paramref name="done"/> runs in a later call of the machine, once it is on disk for
    /// good; never, where a later state of the kind overtakes it before its writing began.
    /// </summary>
    public void Put(DurableKind kind, ReadOnlySpan<byte> content, Action? done = null)
    {
        if (content.Length > FlockMemory.MaxContentBytes)
            throw new ArgumentException($"A state of {content.Length} bytes is too long: {FlockMemory.MaxContentBytes} is the most.", nameof(content));
        var write = new Pending(new DurableWrite(kind, ++_ticket, content.ToArray()), done);
        if (_underWay.TryAdd(kind, write))
            state.Outbox.Put(write.Write);
        else
            _waiting[kind] = write;
    }

    /// <summary>A write is on disk for good.</summary>
    public void Persisted(ulong ticket)
    {
        foreach (var (kind, pending) in _underWay)
        {
            if (pending.Write.Ticket != ticket)
                continue;
            _underWay.Remove(kind);
            if (_waiting.Remove(kind, out var next))
            {
                _underWay.Add(kind, next);
                state.Outbox.Put(next.Write);
            }
            pending.Done?.Invoke();
            return;
        }
        throw new InvalidOperationException($"No write with ticket {ticket} is under way.");
    }

    private sealed record Pending(DurableWrite Write, Action? Done);
}
