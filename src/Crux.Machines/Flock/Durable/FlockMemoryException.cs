namespace Crux.Machines.Flock.Durable;

/// <summary>A state from disk that its machine can't read: written by a later version, or by nobody of ours. The node must not start without it.</summary>
public sealed class FlockMemoryException(DurableKind kind, string message) : Exception(message)
{
    /// <summary>A state that can't be read.</summary>
    public FlockMemoryException() : this(default, "A state on disk can't be read.")
    {
    }

    /// <summary>A state that can't be read.</summary>
    public FlockMemoryException(string message) : this(default, message)
    {
    }

    /// <summary>A state that can't be read.</summary>
    public FlockMemoryException(string message, Exception inner) : this(default, $"{message} {inner?.Message}")
    {
    }

    /// <summary>Which state it is.</summary>
    public DurableKind Kind { get; } = kind;
}
