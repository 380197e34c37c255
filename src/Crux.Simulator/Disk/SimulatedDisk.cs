using Crux.Machines;
using Crux.Machines.Flock.Durable;

namespace Crux.Simulator.Disk;

/// <summary>
/// What one simulated host has on disk. It outlives the host's processes. A write takes time; one that a crash finds under way is
/// either there afterwards or is not, by the seed, and nobody was told.
/// </summary>
internal sealed class SimulatedDisk(ulong seed)
{
    private readonly SortedDictionary<DurableKind, ReadOnlyMemory<byte>> _files = [];
    private readonly List<DurableWrite> _underWay = [];
    private readonly Queue<ulong> _done = new();
    private readonly SeededRandom _random = new(seed);

    /// <summary>How long a write takes at least. Default 0.5 ms.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(0.5);

    /// <summary>What comes on top, evenly spread from nothing to this. Default 4.5 ms.</summary>
    public TimeSpan Jitter { get; set; } = TimeSpan.FromMilliseconds(4.5);

    /// <summary>How many writes were finished, over all processes.</summary>
    public long Written { get; private set; }

    /// <summary>Begins a write, and says how long it takes.</summary>
    public TimeSpan Begin(DurableWrite write)
    {
        _underWay.Add(write);
        return Delay + _random.Next(Jitter);
    }

    /// <summary>A write's time is over; whoever ran it is told by <see cref="TryTakeDone"/>, as soon as it runs.</summary>
    public void Finish(ulong ticket)
    {
        var place = _underWay.FindIndex(write => write.Ticket == ticket);
        Land(_underWay[place]);
        _underWay.RemoveAt(place);
        _done.Enqueue(ticket);
    }

    public bool TryTakeDone(out ulong ticket) => _done.TryDequeue(out ticket);

    /// <summary>The host's process is gone, or its power.</summary>
    public void Crash()
    {
        foreach (var write in _underWay)
        {
            if (_random.Next(2) == 0)
                Land(write);
        }
        _underWay.Clear();
        _done.Clear();
    }

    /// <summary>What a new process finds.</summary>
    public FlockMemory Read()
    {
        var memory = new FlockMemory();
        foreach (var (kind, content) in _files)
            memory.With(kind, content);
        return memory;
    }

    /// <summary>Takes another disk's content, as whoever copies a machine's image does.</summary>
    public void CopyFrom(SimulatedDisk other)
    {
        _files.Clear();
        foreach (var (kind, content) in other._files)
            _files.Add(kind, content);
    }

    /// <summary>Forgets everything, as a new disk does.</summary>
    public void Wipe() => _files.Clear();

    /// <summary>Puts a state there that was written before this world began.</summary>
    public void Put(DurableKind kind, ReadOnlyMemory<byte> content) => _files[kind] = content;

    private void Land(DurableWrite write)
    {
        _files[write.Kind] = write.Content;
        Written++;
    }
}
