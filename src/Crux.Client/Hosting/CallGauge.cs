namespace Crux.Client.Hosting;

/// <summary>How many calls are being served, and for how long there was none. Thread-safe.</summary>
internal sealed class CallGauge(TimeProvider time)
{
    private int _inFlight;
    private long _lastEnd = time.GetTimestamp();

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Time since the last call ended; zero while one is being served.</summary>
    public TimeSpan Quiet => InFlight > 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _lastEnd));

    public void Enter()
    {
        // When it came is nobody's question: it is not quiet while the call runs, and the end has a time of its own.
        Interlocked.Increment(ref _inFlight);
        ServiceTelemetry.CountCall(1);
    }

    public void Leave()
    {
        Volatile.Write(ref _lastEnd, time.GetTimestamp());
        Interlocked.Decrement(ref _inFlight);
        ServiceTelemetry.CountCall(-1);
    }

    /// <summary>Waits until it has been quiet for <paramref name="quiet"/>, at most for <paramref name="grace"/>.</summary>
    public async Task DrainAsync(TimeSpan quiet, TimeSpan grace, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        // Quiet before draining began proves nothing: callers learn of it only now.
        Volatile.Write(ref _lastEnd, start);
        while (true)
        {
            var left = grace - time.GetElapsedTime(start);
            var wait = quiet - Quiet;
            if (left <= TimeSpan.Zero || wait <= TimeSpan.Zero)
                return;
            try
            {
                await Task.Delay(wait < left ? wait : left, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
