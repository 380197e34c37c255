using Crux.Client.Connect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crux.Client.Hosting;

/// <summary>A server for one service object, on an address of its own. Disposing it says goodbye, drains and closes.</summary>
internal sealed class ServedPoint : IServicePoint
{
    private readonly WebApplication _app;
    private readonly CallGauge _calls;
    private readonly CruxServiceOptions _options;
    private readonly Func<NetAddress, PointRun?> _run;
    private readonly CancellationTokenSource _stop;
    private readonly Task _following;
    private int _isDisposed;

    private ServedPoint(WebApplication app, PinnedListener listener, CallGauge calls, CallGate gate, CruxServiceOptions options, Func<NetAddress, PointRun?> run)
    {
        (_app, Listener, _calls, _options, _run, Address) = (app, listener, calls, options, run, listener.Address);
        _stop = new CancellationTokenSource();
        _following = Task.Run(() => gate.RunAsync(_stop.Token));
    }

    public NetAddress Address { get; }

    public PinnedListener Listener { get; }

    public static async Task<ServedPoint> StartAsync<TService>(
        TService service, InstanceName instance, NetAddress bind, CruxProcess process, CruxServiceOptions options, ILoggerFactory logging,
        IQuittable quittable, Func<NetAddress, PointRun?> run, CancellationToken cancellationToken)
        where TService : class
    {
        var calls = new CallGauge(process.Link.Time);
        var reporter = new ServiceReporter(logging.CreateLogger<PinnedListener>());
        var listener = new PinnedListener(process, new ServedKeys(process, [instance.ToString()], options.Group, options.KeyOverlap), reporter);
        var gate = new CallGate(process.Link, options.Group, [instance], options.Callers, reporter);
        // The empty builder: nothing that watches files, so that a process may have hundreds of points.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => listener.Listen(kestrel, bind.ToEndPoint()));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoSignals>());
        builder.Services.AddSingleton(logging);
        builder.Services.AddRoutingCore();
        // One for all calls: gRPC would make one for each.
        builder.Services.AddSingleton<HopInterceptor>();
        builder.Services.AddGrpc(options => options.Interceptors.Add<HopInterceptor>());
        builder.Services.AddGrpcHealthChecks().AddCheck("serving", () => HealthCheckResult.Healthy());
        builder.Services.AddSingleton(service);
        builder.Services.AddSingleton(quittable);
        var app = builder.Build();
        ServicePipeline.Use(app, calls);
        app.UseRouting();
        ServicePipeline.Map<TService>(app, gate, instance);
        ServicePipeline.MapStandard(app, gate);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            listener.Dispose();
            throw;
        }
        return new ServedPoint(app, listener, calls, gate, options, run);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _run(Address)?.BeginDrain();
        await _calls.DrainAsync(_options.DrainQuiet, _options.DrainGrace, CancellationToken.None);
        if (_run(Address) is { } run)
            await run.LeaveAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _stop.CancelAsync();
        await _following;
        Listener.Dispose();
        _stop.Dispose();
    }
}
