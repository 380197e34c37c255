using Crux.Services.Health;

namespace Crux.Services.Tests.Health;

/// <summary>A journal whose disk a test fills and empties.</summary>
internal sealed class MemoryJournal : IHealthJournal
{
    private readonly Lock _gate = new();
    private List<KeptHealth> _entries = [];

    public string? Problem => null;

    public long WholeBytes { get; private set; }

    public long AddedBytes { get; private set; }

    public bool IsFull { get; set; }

    public int Flushes { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    public IEnumerable<KeptHealth> Read()
    {
        lock (_gate)
            return [.. _entries];
    }

    public void Append(IReadOnlyList<KeptHealth> entries)
    {
        RefuseWhereFull();
        lock (_gate)
            _entries.AddRange(entries);
        AddedBytes += entries.Sum(entry => entry.Update.Length);
    }

    public void Flush()
    {
        RefuseWhereFull();
        Flushes++;
    }

    public void Replace(IEnumerable<KeptHealth> entries)
    {
        RefuseWhereFull();
        lock (_gate)
            _entries = [.. entries];
        (WholeBytes, AddedBytes) = (_entries.Sum(entry => entry.Update.Length), 0);
    }

    public void Dispose()
    {
    }

    private void RefuseWhereFull()
    {
        if (IsFull)
            throw new IOException("No space left on device");
    }
}
