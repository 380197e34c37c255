using Crux.Client.Connect;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Client.Hosting;

/// <summary>The life of one address in the flock, as told by the heartbeats of a service that runs its own points.</summary>
internal sealed class PointRun : IAsyncDisposable
{
    private readonly NetAddress _address;
    private readonly string _instanceId;
    private readonly CruxProcess _process;
    private readonly ServedKeys _keys;
    private readonly CruxServiceOptions _options;
    private readonly BeatDriver _beats;
    private readonly CancellationTokenSource _stop;
    private readonly Task _running;
    private readonly Lock _lock = new();
    private Heartbeat[] _last = [];
    private bool _isDraining;

    public PointRun(
        NetAddress address, string instanceId, CruxProcess process, ServedKeys keys, CruxServiceOptions options, ServiceReporter reporter, CancellationToken stop)
    {
        (_address, _instanceId, _process, _keys, _options) = (address, instanceId, process, keys, options);
        _beats = new BeatDriver(process.Link, keys.Answered, reporter);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var token = _stop.Token;
        keys.Announced += Announce;
        _running = Task.WhenAll(Task.Run(() => keys.RunAsync(address.ToString(), token), CancellationToken.None), Task.Run(() => _beats.RunAsync(token), CancellationToken.None));
    }

    public void Publish(Heartbeat[] beats)
    {
        lock (_lock)
        {
            _last = beats;
            _beats.Publish(Compose());
        }
    }

    public void BeginDrain()
    {
        lock (_lock)
        {
            _isDraining = true;
            if (_last.Length > 0)
                _beats.Publish(Compose());
        }
    }

    public Task LeaveAsync() => _beats.SayGoodbyeAsync(_options.ReconnectPause * 5);

    public async ValueTask DisposeAsync()
    {
        _keys.Announced -= Announce;
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private void Announce()
    {
        lock (_lock)
        {
            if (_last.Length > 0)
                _beats.Publish(Compose());
        }
    }

    private BeatRequest Compose()
    {
        var request = new BeatRequest();
        foreach (var beat in _last)
        {
            var point = new Point
            {
                InstanceId = $"{_instanceId}-{beat.Instance}",
                Group = beat.Group.Length > 0 ? beat.Group : _options.Group,
                Instance = beat.Instance.ToString(),
                Address = _address.ToString(),
                KeyHash = UnsafeByteOperations.UnsafeWrap(_keys.Current.Pin),
                NextKeyHash = _keys.Next is { } next ? UnsafeByteOperations.UnsafeWrap(next.Pin) : ByteString.Empty,
                Status = _isDraining ? Status.Draining : (Status)beat.Status,
                IssuedUnixMs = (beat.IssuedAt ?? _process.Link.Time.GetUtcNow()).ToUnixTimeMilliseconds(),
                ValidFor = Duration.FromTimeSpan(beat.ValidFor ?? (_options.HeartbeatPeriod * CruxServiceOptions.BeatsOfValidity)),
                Artifact = _options.Artifact,
                FlockId = beat.FlockId ?? _beats.FlockId,
            };
            point.Labels.Add(_options.Labels);
            request.Points.Add(point);
        }
        return request;
    }
}
