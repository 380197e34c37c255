using System.Collections.Concurrent;

namespace Crux.System.Load;

/// <summary>The table of names, and who serves it.</summary>
internal sealed class Names(string servedBy)
{
    private readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);

    public string ServedBy { get; } = servedBy;

    public ICollection<string> All => _names.Keys;

    public int Add(string name)
    {
        _names.TryAdd(name, 0);
        return _names.Count;
    }
}
