namespace Crux.Client.Tests;

/// <summary>The machine's clock, whose timers don't fire any more once it is stopped.</summary>
internal sealed class StoppableTime : TimeProvider
{
    private volatile bool _isStopped;

    public void Stop() => _isStopped = true;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(
            given =>
            {
                if (!_isStopped)
                    callback(given);
            },
            state,
            dueTime,
            period);
}
