using System.Collections.Concurrent;
using System.Threading.Channels;
using Crux.Client.Connect;
using Crux.Client.Selection;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Crux.Client.Hosting;

/// <summary>
/// The network as a service that runs its own points sees it, and the run of that service: its beats are carried to the node, one
/// conversation for each address. Thread-safe.
/// </summary>
internal sealed class ServiceNetwork(
    InstanceName instance, CruxServiceOptions options, CruxClientOptions clientOptions, CruxProcess process, ILoggerFactory logging, CancellationTokenSource quit)
    : IServiceNetwork, IQuittable, IAsyncDisposable
{
    /// <summary>Beats that may wait; the oldest is dropped, because the newest says more.</summary>
    private const int MaxWaitingBeats = 16;

    private readonly ServiceReporter _reporter = new(logging.CreateLogger<ServiceNetwork>());
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<NetAddress, PointRun> _runs = new();
    private readonly ConcurrentDictionary<NetAddress, ServedPoint> _served = new();
    private readonly ConcurrentDictionary<string, CruxChannel> _channels = new(StringComparer.Ordinal);
    private readonly string _instanceId = options.InstanceId ?? Guid.CreateVersion7().ToString("n");

    public NetAddress Address
    {
        get
        {
            var own = process.Client(Name).Node?.Address;
            return (NetAddress.TryParse(own, out var told) ? told : Bound).WithPort(0);
        }
    }

    public ByteString? Node => process.Client(Name).Node?.NodeId;

    // Whom it calls knows it as what it serves, unless it is told to say something else.
    private string Name => clientOptions.ClientName ??= instance.ToString();

    private NetAddress Bound => NetAddress.From(BindAddress.Parse(options.Bind));

    /// <summary>Runs the service until it returns, then takes leave of the node.</summary>
    public async Task RunAsync(CruxServiceMethod service)
    {
        var beats = Channel.CreateBounded<Heartbeat[]>(new BoundedChannelOptions(MaxWaitingBeats) { FullMode = BoundedChannelFullMode.DropOldest });
        // Who this is and where: known at once where a reeve answers, and not waited for where none does.
        _ = process.Client(Name);
        var carrying = CarryAsync(beats.Reader);
        using var draining = quit.Token.Register(() => Array.ForEach([.. _runs.Values], run => run.BeginDrain()));
        try
        {
            await service(quit.Token, beats.Writer, this);
        }
        finally
        {
            beats.Writer.TryComplete();
            await carrying;
            foreach (var run in _runs.Values)
                await run.LeaveAsync();
        }
    }

    public async Task<IServicePoint> ServeAsync<TService>(TService service, CancellationToken cancellationToken) where TService : class
    {
        var point = await ServedPoint.StartAsync(service, instance, Bound, process, options, logging, this, address => _runs.GetValueOrDefault(address), cancellationToken);
        _served[point.Address] = point;
        return point;
    }

    public CallInvoker Connect(string selector)
    {
        var parsed = Selector.Parse(selector);
        return _channels.GetOrAdd(parsed.ToString(), _ => new CruxChannel(new Route(Lease(), parsed, clientOptions))).CreateCallInvoker();
    }

    public void Quit(string caller, string reason, TimeSpan? grace)
    {
        _reporter.QuitAsked(caller, reason);
        _ = Task.Run(quit.Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var point in _served.Values)
            await point.DisposeAsync();
        foreach (var channel in _channels.Values)
            await channel.DisposeAsync();
        await _stop.CancelAsync();
        foreach (var run in _runs.Values)
            await run.DisposeAsync();
        _stop.Dispose();
    }

    private CruxProcess Lease() => CruxProcess.Lease(options.Socket, options.ReconnectPause, options.HoldPeriod);

    private async Task CarryAsync(ChannelReader<Heartbeat[]> beats)
    {
        await foreach (var beat in beats.ReadAllAsync())
        {
            foreach (var together in beat.GroupBy(WhereFrom))
            {
                if (together.Key.Port == 0)
                    _reporter.Refused("a heartbeat names no address, and no point is served: serve first, or set Heartbeat.Address");
                else
                    RunAt(together.Key).Publish([.. together]);
            }
        }
    }

    private NetAddress WhereFrom(Heartbeat beat) => beat.Address ?? _served.Keys.FirstOrDefault();

    private PointRun RunAt(NetAddress address) => _runs.GetOrAdd(address, _ =>
    {
        var keys = _served.TryGetValue(address, out var point) ? point.Listener.Keys : new ServedKeys(process, [instance.ToString()], options.Group, options.KeyOverlap);
        var run = new PointRun(address, $"{_instanceId}-{address.Port}", process, keys, options, _reporter, _stop.Token);
        if (quit.IsCancellationRequested)
            run.BeginDrain();
        return run;
    });
}
