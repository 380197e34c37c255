using System.Collections.Concurrent;

namespace Crux.Services.Trust;

/// <summary>A store that forgets everything with its process.</summary>
public sealed class MemoryGroupStore : IGroupStore
{
    private readonly ConcurrentDictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Read(string key) => _values.TryGetValue(key, out var value) ? value : default(ReadOnlyMemory<byte>?);

    /// <inheritdoc/>
    public void Write(string key, ReadOnlySpan<byte> value) => _values[key] = value.ToArray();
}
