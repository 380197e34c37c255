namespace Crux.Node;

/// <summary>A feature of connections: how many handlers run for one at this moment. Thread-safe.</summary>
internal sealed class RunningCalls
{
    private int _count;

    public bool IsAny => Volatile.Read(ref _count) > 0;

    public void Enter() => Interlocked.Increment(ref _count);

    public void Leave() => Interlocked.Decrement(ref _count);
}
