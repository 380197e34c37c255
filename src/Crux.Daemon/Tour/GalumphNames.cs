using System.Collections.Concurrent;

namespace Crux.Daemon.Tour;

/// <summary>The names that one service point of the tour has been told, bounded so that a kept flock does not grow.</summary>
internal sealed class GalumphNames(string servedBy)
{
    private const int MostNames = 1_000;

    private readonly ConcurrentQueue<string> _names = new();
    private int _told;

    public string ServedBy { get; } = servedBy;

    public IEnumerable<string> Names => _names;

    public uint Add(string name)
    {
        _names.Enqueue(name);
        while (_names.Count > MostNames)
            _names.TryDequeue(out _);
        return (uint)Interlocked.Increment(ref _told);
    }
}
