namespace Crux.Services.Trust;

/// <summary>
/// A group's durable intent, by name: what an operator said and every node remembers. A file for each on this node's disk, or memory in a
/// host that has no disk of its own.
/// </summary>
/// <remarks>Thread-safe for different keys; one writer for each.</remarks>
public interface IGroupStore
{
    /// <summary>What is kept under a key; null where nothing ever was.</summary>
    /// <exception cref="GroupStoreException">It is damaged, or can't be read; the message says what to do.</exception>
    ReadOnlyMemory<byte>? Read(string key);

    /// <summary>Replaces what is kept under a key; it is there for good when this returns.</summary>
    /// <exception cref="IOException">The disk refuses; what was there is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The place may not be written; what was there is as it was.</exception>
    void Write(string key, ReadOnlySpan<byte> value);
}
