namespace Crux;

/// <summary>
/// Lets go of connections that are closed and that Kestrel doesn't finish. It waits for good where a caller asked for more streams than it may
/// have and vanished: such a connection would be kept, with the memory of all its streams, and would hold up the server's stop until its time limit.
/// </summary>
public static class ClosedConnection
{
    /// <summary>How long Kestrel has after the close to end a connection itself; mostly it takes milliseconds.</summary>
    public static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    /// <summary>Returns when a connection is over: or closed for a while, with no handler that runs for it.</summary>
    /// <param name="serving">What Kestrel does with it.</param>
    /// <param name="closed">Cancelled once either side has closed it.</param>
    /// <param name="isCalled">Whether a handler runs for it.</param>
    /// <param name="time">Measures <see cref="EndLimit"/>.</param>
    public static async Task WhenOverAsync(Task serving, CancellationToken closed, Func<bool> isCalled, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(serving);
        ArgumentNullException.ThrowIfNull(isCalled);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = closed.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), end);
        await Task.WhenAny(serving, end.Task);
        while (!serving.IsCompleted)
        {
            using var over = new CancellationTokenSource();
            await Task.WhenAny(serving, Task.Delay(EndLimit, time, over.Token));
            await over.CancelAsync();
            if (!serving.IsCompleted && !isCalled())
                return;
        }
        await serving;
    }
}
