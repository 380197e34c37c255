using System.Diagnostics;

namespace Crux.Testing.Time;

/// <summary>
/// A flock's clock: it runs as the machine's does, and can be played forward. What is due on the way happens in its order, at its time, as fast
/// as the machine can do it. It never stands still, so nothing that waits for it hangs.
/// </summary>
/// <remarks>Thread-safe. The wall clock moves with it.</remarks>
public sealed class FlockTime : TimeProvider, IDisposable
{
    /// <summary>Played at once before others get a breath: connections are real, and what they carry needs a moment.</summary>
    internal static readonly TimeSpan Stride = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestAlarm = TimeSpan.FromDays(1);

    private readonly long _origin = Stopwatch.GetTimestamp();
    private readonly DateTimeOffset _wallOrigin = DateTimeOffset.UtcNow;
    private readonly Lock _gate = new();
    private readonly SortedSet<FlockTimer> _waiting = [];
    // Held by whoever runs what is due: one at a time, so that it happens in order.
    private readonly SemaphoreSlim _running = new(1, 1);
    private readonly Timer _alarm;
    private long _skipped;
    private long _timers;
    private bool _isDisposed;

    internal FlockTime()
    {
        using (ExecutionContext.SuppressFlow())
            _alarm = new Timer(static time => ((FlockTime)time!).OnAlarm(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How much of its time was played, beyond what the machine's clock went.</summary>
    public TimeSpan Skipped => new(Volatile.Read(ref _skipped));

    /// <inheritdoc/>
    public override long GetTimestamp() => Stopwatch.GetElapsedTime(_origin).Ticks + Volatile.Read(ref _skipped);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _wallOrigin + new TimeSpan(GetTimestamp());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FlockTimer(this, callback, state, Interlocked.Increment(ref _timers));
        Set(timer, dueTime, period);
        return timer;
    }

    /// <summary>Plays <paramref name="span"/> of the flock's time, and returns when it has passed.</summary>
    /// <remarks>
    /// A minute of a flock takes some seconds. What waits for the network of this machine (a call under way, its deadline, a handshake) goes on at its own pace
    /// meanwhile, and so seems slow by the flock's clock.
    /// </remarks>
    public async Task AdvanceAsync(TimeSpan span, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        var end = GetTimestamp() + span.Ticks;
        while (GetTimestamp() < end)
        {
            await _running.WaitAsync(cancellationToken);
            try
            {
                // Where nothing is due there is nothing to play.
                LeapTo(Math.Min(end, NextDue()));
                PlayTo(Math.Min(end, GetTimestamp() + Stride.Ticks));
            }
            finally
            {
                _running.Release();
            }
            Arm();
            await Task.Delay(Breath, cancellationToken);
        }
    }

    /// <summary>Stops; its timers never fire again.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _waiting.Clear();
        }
        _alarm.Dispose();
    }

    internal bool Set(FlockTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        bool isFirst;
        lock (_gate)
        {
            if (timer.IsDisposed || _isDisposed)
                return false;
            _waiting.Remove(timer);
            timer.Due = dueTime == Timeout.InfiniteTimeSpan ? FlockTimer.Never : GetTimestamp() + dueTime.Ticks;
            timer.Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
            if (timer.Due == FlockTimer.Never)
                return true;
            _waiting.Add(timer);
            isFirst = _waiting.Min == timer;
        }
        if (isFirst)
            Arm();
        return true;
    }

    internal void Remove(FlockTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _waiting.Remove(timer);
        }
    }

    private void OnAlarm()
    {
        // Whoever runs it now sets the alarm again.
        if (!_running.Wait(0))
            return;
        try
        {
            RunDue();
        }
        finally
        {
            _running.Release();
        }
        Arm();
    }

    private void PlayTo(long end)
    {
        while (true)
        {
            var due = NextDue();
            LeapTo(Math.Min(due, end));
            if (due > end)
                return;
            RunDue();
        }
    }

    private void LeapTo(long at)
    {
        var ahead = at - GetTimestamp();
        if (ahead > 0)
            Interlocked.Add(ref _skipped, ahead);
    }

    private void RunDue()
    {
        while (TakeDue() is { } timer)
            timer.Run();
    }

    private FlockTimer? TakeDue()
    {
        lock (_gate)
        {
            var now = GetTimestamp();
            if (_waiting.Min is not { } timer || timer.Due > now)
                return null;
            _waiting.Remove(timer);
            if (timer.Period > 0)
            {
                // As the system's do: one that is late is not made up for.
                timer.Due = Math.Max(timer.Due + timer.Period, now);
                _waiting.Add(timer);
            }
            else
            {
                timer.Due = FlockTimer.Never;
            }
            return timer;
        }
    }

    private long NextDue()
    {
        lock (_gate)
            return _waiting.Min?.Due ?? FlockTimer.Never;
    }

    private void Arm()
    {
        lock (_gate)
        {
            if (_isDisposed || _waiting.Min is not { } next)
                return;
            var wait = new TimeSpan(Math.Max(0, next.Due - GetTimestamp()));
            _alarm.Change(wait < LongestAlarm ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : LongestAlarm, Timeout.InfiniteTimeSpan);
        }
    }
}
