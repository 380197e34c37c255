using System.Threading.Tasks.Sources;

namespace Crux.Node.Flock;

/// <summary>Wakes one loop: when its time has come, or as soon as anybody rings. Rings while the loop is at work are kept, as one.</summary>
/// <remarks>One loop waits; any thread rings. Nothing is allocated per wait.</remarks>
internal sealed class Alarm : IValueTaskSource, IThreadPoolWorkItem, IDisposable
{
    private const int AtWork = 0;
    private const int Waiting = 1;
    private const int Rung = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    public Alarm(TimeProvider time)
    {
        // The timer would otherwise carry the async context of whoever made the node for as long as the node lives.
        using (ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static alarm => ((Alarm)alarm!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits for a ring, or for <paramref name="atMost"/>. May wake for no reason.</summary>
    public ValueTask WaitAsync(TimeSpan atMost)
    {
        if (atMost <= TimeSpan.Zero)
            return ValueTask.CompletedTask;
        _source.Reset();
        var version = _source.Version;
        // Timers count whole milliseconds and cut the rest: rounding up spares a loop that spins until its time has really come.
        // An earlier setting that fires late is a ring too many, and no harm.
        var due = TimeSpan.FromMilliseconds(Math.Ceiling((atMost < Longest ? atMost : Longest).TotalMilliseconds));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
        if (Interlocked.CompareExchange(ref _state, Waiting, AtWork) == AtWork)
            return new ValueTask(this, version);
        // A full fence: a ring that this write misses must see it, or happen before the loop looks again.
        Interlocked.Exchange(ref _state, AtWork);
        return ValueTask.CompletedTask;
    }

    /// <summary>Wakes the loop, which may go on within this call.</summary>
    public void Ring()
    {
        if (Interlocked.CompareExchange(ref _state, Rung, AtWork) == Waiting
            && Interlocked.CompareExchange(ref _state, AtWork, Waiting) == Waiting)
            _source.SetResult(true);
    }

    /// <summary>Wakes the loop on a thread of the pool: for callers who have something else to do.</summary>
    public void RingElsewhere() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => Ring();

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    public void Dispose() => _timer.Dispose();
}
