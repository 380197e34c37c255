namespace Crux.Machines.Flock.Durable;

/// <summary>What was on disk when a node's process started; the owner hands it to the new machine.</summary>
public sealed class FlockMemory
{
    private readonly SortedDictionary<DurableKind, ReadOnlyMemory<byte>> _contents = [];

    /// <summary>The longest state of one kind.</summary>
    public const int MaxContentBytes = 1024 * 1024;

    /// <summary>Remembers a state, in place of one of the same kind.</summary>
    public FlockMemory With(DurableKind kind, ReadOnlyMemory<byte> content)
    {
        _contents[kind] = content;
        return this;
    }

    /// <summary>The state of a kind; null where there never was one.</summary>
    public ReadOnlyMemory<byte>? Of(DurableKind kind) => _contents.TryGetValue(kind, out var content) ? content : default(ReadOnlyMemory<byte>?);
}
