namespace Crux;

/// <summary>How many handlers run for a connection at this moment: what <see cref="ClosedConnection"/> waits for. Thread-safe.</summary>
public sealed class RunningCalls
{
    private int _count;

    /// <summary>Whether one runs.</summary>
    public bool IsAny => Volatile.Read(ref _count) > 0;

    /// <summary>One begins.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>One has ended.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
