namespace Crux.Testing.Time;

/// <summary>One timer of a <see cref="FlockTime"/>. Its fields are the clock's, under the clock's lock.</summary>
internal sealed class FlockTimer(FlockTime time, TimerCallback callback, object? state, long order) : ITimer, IComparable<FlockTimer>
{
    public const long Never = long.MaxValue;

    /// <summary>When it is due, in the clock's ticks.</summary>
    public long Due { get; set; } = Never;

    /// <summary>Ticks from one time to the next; 0 for once.</summary>
    public long Period { get; set; }

    public bool IsDisposed { get; set; }

    public void Run() => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period) => time.Set(this, dueTime, period);

    // Two that are due together run in the order in which they were made.
    public int CompareTo(FlockTimer? other) => other is null ? 1 : (Due, Order).CompareTo((other.Due, other.Order));

    public void Dispose() => time.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private long Order { get; } = order;
}
