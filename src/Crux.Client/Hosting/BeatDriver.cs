using Crux.Client.Connect;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Client.Hosting;

/// <summary>
/// Carries a process's heartbeats to its node: the newest at once, and again to each reeve that comes back. Thread-safe.
/// </summary>
/// <param name="link">The way to the node.</param>
/// <param name="ready">No beat goes out before: who is registered is called, and shows a key then that its node has signed.</param>
/// <param name="reporter">What the node says of it goes there.</param>
internal sealed class BeatDriver(ReeveLink link, Task ready, ServiceReporter reporter)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _farewell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BeatRequest? _newest;
    private long _newestAt;
    private int _version;
    private string? _problem = "the node has not answered yet";

    /// <summary>Why the points are not registered; null while they are.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
                return _problem;
        }
    }

    /// <summary>Names the flock once the node has.</summary>
    public string FlockId { get; private set; } = "";

    /// <summary>Sends this beat, and no older one, from now on.</summary>
    public void Publish(BeatRequest beat)
    {
        TaskCompletionSource woken;
        lock (_lock)
        {
            if (_newest is { Goodbye: true })
                return;
            _newest = beat;
            _newestAt = link.Time.GetTimestamp();
            _version++;
            woken = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        woken.TrySetResult();
    }

    /// <summary>Takes the points out of the registry; waits for the node's answer, at most for <paramref name="limit"/>.</summary>
    public async Task SayGoodbyeAsync(TimeSpan limit)
    {
        BeatRequest? last;
        lock (_lock)
            last = _newest;
        if (last is null || Problem is not null)
            return;
        var goodbye = last.Clone();
        goodbye.Goodbye = true;
        Publish(goodbye);
        try
        {
            await _farewell.Task.WaitAsync(limit, link.Time);
        }
        catch (TimeoutException)
        {
            // The stream's end tells the node as well, a little later.
        }
    }

    public Task RunAsync(CancellationToken stop) => link.KeepAsync(ConverseAsync, exception => Fail(exception, stop), stop);

    private void Fail(Exception exception, CancellationToken stop)
    {
        link.ReportDown(exception);
        if (!stop.IsCancellationRequested && !_farewell.Task.IsCompleted)
            Report(link.Describe());
    }

    private void Report(string problem)
    {
        lock (_lock)
        {
            if (_problem == problem)
                return;
            _problem = problem;
        }
        reporter.Unregistered(problem);
    }

    private async Task ConverseAsync(CancellationToken stop)
    {
        using var call = link.Heartbeater.Beat(cancellationToken: stop);
        var answers = ReadAsync(call.ResponseStream, stop);
        var sent = 0;
        while (true)
        {
            var (beat, version, changed) = Newest();
            if (beat is not null && version != sent)
            {
                await call.RequestStream.WriteAsync(beat, stop);
                ServiceTelemetry.CountBeat();
                sent = version;
                if (beat.Goodbye)
                {
                    await call.RequestStream.CompleteAsync();
                    await answers;
                    _farewell.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                }
            }
            if (await Task.WhenAny(answers, changed) == answers)
            {
                await answers;
                throw new IOException("the reeve ended its answer");
            }
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<BeatReply> answers, CancellationToken stop)
    {
        await foreach (var answer in answers.ReadAllAsync(stop))
        {
            FlockId = answer.Node?.FlockId ?? "";
            if (answer.Refused.Count > 0)
            {
                lock (_lock)
                    _problem = string.Join("; ", answer.Refused);
                reporter.Refused(string.Join("; ", answer.Refused));
                continue;
            }
            string instances;
            lock (_lock)
            {
                if (_problem is null || _newest is null)
                    continue;
                _problem = null;
                instances = string.Join(", ", _newest.Points.Select(point => point.Instance));
            }
            reporter.Registered(answer.Node?.Name ?? "the node", instances);
        }
    }

    /// <summary>A beat whose validity has run out is not sent to a reeve that comes back: it would vouch for what nobody has looked at.</summary>
    private (BeatRequest? Beat, int Version, Task Changed) Newest()
    {
        lock (_lock)
        {
            var isStale = _newest is { Goodbye: false, Points: [{ ValidFor: { } validity }, ..] } && link.Time.GetElapsedTime(_newestAt) > validity.ToTimeSpan();
            return (isStale || !ready.IsCompleted ? null : _newest, _version, ready.IsCompleted ? _changed.Task : ready);
        }
    }
}
