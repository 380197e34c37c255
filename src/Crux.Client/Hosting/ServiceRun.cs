using Crux.Client.Connect;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crux.Client.Hosting;

/// <summary>
/// An application's life in the flock. Once its listener is bound: identity and heartbeats. When it is asked to stop: it says that
/// it drains and keeps accepting, says goodbye once nobody calls, and lets the listener close last.
/// </summary>
internal sealed class ServiceRun : IHostedLifecycleService, IQuittable, IDisposable
{
    private readonly CruxServiceOptions _options;
    private readonly CruxProcess _process;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ServiceReporter _reporter;
    private readonly List<ServicePoint> _points;
    private readonly HealthProbe _probe;
    private readonly BeatDriver _beats;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _instanceId;
    private Task _running = Task.CompletedTask;
    private readonly Lock _telling = new();
    private (Status Status, string Reason)? _told;
    private TimeSpan? _grace;
    private volatile bool _isDraining;
    private int _isDisposed;

    public ServiceRun(
        IOptions<CruxServiceOptions> options, ProcessLease lease, IEnumerable<ServicePoint> points, HealthCheckService checks,
        IHostApplicationLifetime lifetime, ILogger<ServiceRun> logger)
    {
        _options = options.Value;
        _process = lease.Process;
        _lifetime = lifetime;
        _points = [.. points];
        _reporter = new ServiceReporter(logger);
        _instanceId = _options.InstanceId ?? Guid.CreateVersion7().ToString("n");
        _probe = new HealthProbe(checks, _options.HealthDeadline, _process.Link.Time);
        Calls = new CallGauge(_process.Link.Time);
        Listener = new PinnedListener(
            _process, new ServedKeys(_process, _points.Select(point => point.Instance.ToString()), _options.Group, _options.KeyOverlap), _reporter);
        Listener.Keys.Announced += Announce;
        _beats = new BeatDriver(_process.Link, Listener.Keys.Answered, _reporter);
        Gate = new CallGate(_process.Link, _options.Group, _points.Select(point => point.Instance), _options.Callers, _reporter);
    }

    public CallGauge Calls { get; }

    public PinnedListener Listener { get; }

    /// <summary>Who may call.</summary>
    public CallGate Gate { get; }

    /// <summary>Why the flock doesn't know of this process; null where it does.</summary>
    public string? Problem => _beats.Problem;

    public ByteString? Node => Listener.Keys.Node?.NodeId;

    public string? NodeName => Listener.Keys.Node?.Name;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = Listener.Address.ToString();
        foreach (var point in _points)
            _reporter.Listening(point.Instance, address);
        var stop = _stop.Token;
        _running = Task.WhenAll(
            Task.Run(() => Listener.Keys.RunAsync(address, stop), stop),
            Task.Run(() => Gate.RunAsync(stop), stop),
            Task.Run(() => _beats.RunAsync(stop), stop),
            Task.Run(() => BeatAsync(stop), stop));
        return Task.CompletedTask;
    }

    public void Quit(string caller, string reason, TimeSpan? grace)
    {
        _reporter.QuitAsked(caller, reason);
        _grace = grace;
        BeginDrain();
        // Whatever hangs on the application's stopping must not hold up the answer.
        _ = Task.Run(_lifetime.StopApplication);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Told to stop at once: as little is said as by a process that dies.
        if (cancellationToken.IsCancellationRequested)
        {
            await _stop.CancelAsync();
            return;
        }
        using var activity = ServiceTelemetry.Source.StartActivity("crux.drain");
        BeginDrain();
        await Calls.DrainAsync(_options.DrainQuiet, _grace ?? _options.DrainGrace, cancellationToken);
        _reporter.Drained(Calls.InFlight);
        await _beats.SayGoodbyeAsync(_options.ReconnectPause * 5);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // Stopped before a loop began.
        }
    }

    public void Dispose()
    {
        // Registered under several types, so disposed several times.
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _stop.Cancel();
        Listener.Keys.Announced -= Announce;
        Listener.Dispose();
        _stop.Dispose();
    }

    private void BeginDrain()
    {
        if (_isDraining)
            return;
        _isDraining = true;
        _reporter.Draining(Calls.InFlight);
        Publish(Status.Draining, "asked to quit");
    }

    private void Publish(Status status, string reason)
    {
        // A beat that was composed earlier must not replace a later one: it may lack the key that is shown next.
        lock (_telling)
        {
            _told = (status, reason);
            _beats.Publish(Compose(status, reason));
        }
    }

    // The keys are news; how the service is, is what its last check said.
    private void Announce()
    {
        lock (_telling)
        {
            if (_told is var (status, reason))
                _beats.Publish(Compose(status, reason));
        }
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_options.HeartbeatPeriod, _process.Link.Time);
        try
        {
            do
            {
                await BeatOnceAsync(stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task BeatOnceAsync(CancellationToken stop)
    {
        if (_isDraining)
        {
            Publish(Status.Draining, "asked to quit");
            return;
        }
        var health = await _probe.AskAsync(stop);
        if (_isDraining)
            return;
        if (health is { } answer)
        {
            Publish(answer.Status, answer.Reason);
            return;
        }
        lock (_telling)
            _told = null;
        ServiceTelemetry.CountWithheld();
        _reporter.Withheld(_options.HealthDeadline);
    }

    private BeatRequest Compose(Status status, string reason)
    {
        var beat = new BeatRequest();
        foreach (var point in _points)
        {
            var told = new Point
            {
                InstanceId = _points.Count == 1 ? _instanceId : $"{_instanceId}-{point.Instance}",
                Group = _options.Group,
                Instance = point.Instance.ToString(),
                Address = Listener.Address.ToString(),
                KeyHash = UnsafeByteOperations.UnsafeWrap(Listener.Keys.Current.Pin),
                NextKeyHash = Listener.Keys.Next is { } next ? UnsafeByteOperations.UnsafeWrap(next.Pin) : ByteString.Empty,
                Status = status,
                Reason = reason,
                IssuedUnixMs = _process.Link.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                ValidFor = Duration.FromTimeSpan(_options.HeartbeatPeriod * CruxServiceOptions.BeatsOfValidity),
                Artifact = _options.Artifact,
                FlockId = _beats.FlockId,
            };
            told.Labels.Add(_options.Labels);
            beat.Points.Add(told);
        }
        return beat;
    }
}
