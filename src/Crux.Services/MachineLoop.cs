using System.Threading.Channels;

namespace Crux.Services;

/// <summary>
/// One loop that owns one machine: it runs what is posted, one at a time, then the machine's tick where that is due. It sleeps
/// until the machine's next deadline, so a stale timer can't exist.
/// </summary>
internal sealed class MachineLoop : IAsyncDisposable
{
    /// <summary>How many inputs may wait. Beyond it whoever posts waits too.</summary>
    public const int MaxWaiting = 4096;

    private readonly Channel<Action<Instant>> _inbox =
        Channel.CreateBounded<Action<Instant>>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly MonotonicClock _clock;
    private readonly Action<Instant> _tick;
    private readonly Func<Instant> _nextDeadline;
    private readonly ITimer _alarm;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    public MachineLoop(MonotonicClock clock, Action<Instant> tick, Func<Instant> nextDeadline)
    {
        (_clock, _tick, _nextDeadline) = (clock, tick, nextDeadline);
        // A full inbox swallows the alarm, and every input that is in it looks at the deadline as well.
        _alarm = clock.Time.CreateTimer(_ => _inbox.Writer.TryWrite(static _ => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends with the loop; faults where the machine threw, or what feeds it, which is a broken invariant.</summary>
    public Task Completion => _running;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Has <paramref name="input"/> run by the loop. It fails with <see cref="ChannelClosedException"/> once the loop has ended.</summary>
    public ValueTask PostAsync(Action<Instant> input, CancellationToken cancellationToken) => _inbox.Writer.WriteAsync(input, cancellationToken);

    /// <summary>Has <paramref name="input"/> run by the loop, or drops it where the inbox is full or the loop has ended.</summary>
    public bool TryPost(Action<Instant> input) => _inbox.Writer.TryWrite(input);

    /// <summary>Has the loop break where <paramref name="feeding"/> does: a machine that hears no more is as good as broken.</summary>
    public async Task DependOn(Task feeding)
    {
        try
        {
            await feeding;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Nothing happens where the loop has ended before: then that is why the feeding failed.
            _inbox.Writer.TryComplete(exception);
            throw;
        }
    }

    /// <summary>Has <paramref name="question"/> answered by the loop. It fails with <see cref="ChannelClosedException"/> where the loop ends before.</summary>
    public async Task<T> AskAsync<T>(Func<Instant, T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(
            now =>
            {
                try
                {
                    answer.TrySetResult(question(now));
                }
                catch (Exception exception)
                {
                    answer.TrySetException(exception);
                    throw;
                }
            },
            cancellationToken);
        // A loop that breaks leaves behind what still waits.
        await Task.WhenAny(answer.Task, _ended.Task).WaitAsync(cancellationToken);
        return answer.Task.IsCompleted ? await answer.Task : throw new ChannelClosedException();
    }

    /// <summary>Returns once what was posted before is done, or the loop has ended.</summary>
    public async Task SettleAsync()
    {
        if (_running.IsCompleted)
            return;
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _inbox.Writer.WriteAsync(_ => settled.TrySetResult());
            await Task.WhenAny(settled.Task, _ended.Task);
        }
        catch (ChannelClosedException)
        {
            // It has ended, or does.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _alarm.DisposeAsync();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var input in _inbox.Reader.ReadAllAsync())
            {
                var now = _clock.Now();
                input(now);
                if (_nextDeadline() <= now)
                    _tick(now);
                _alarm.Change(UntilDue(), Timeout.InfiniteTimeSpan);
            }
        }
        catch (Exception exception)
        {
            _inbox.Writer.TryComplete(exception);
            throw;
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private TimeSpan UntilDue()
    {
        var due = _nextDeadline();
        if (due == Instant.Never)
            return Timeout.InfiniteTimeSpan;
        var left = due - _clock.Now();
        // Timers count in milliseconds: rounding down would wake the loop too early, again and again.
        return left <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
    }
}
