using System.Net.Sockets;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crux.Node;

/// <summary>
/// A bare Kestrel that serves gRPC and nothing else: no configuration files, no signals, no file watches (a process has 128 of those,
/// and fifty nodes must fit into one). It ends its open streams when it stops, so that nobody waits for them. It is built when it starts
/// and not before: that is most of what the start of a node costs, and the flock needn't wait for it.
/// </summary>
internal sealed class GrpcHost : IAsyncDisposable
{
    /// <summary>What one call may say before its message; gRPC's own words and a trace take some hundreds of bytes.</summary>
    public const int MaxHeadersBytes = 8 * 1024;

    /// <summary>How long calls in flight may take once the host stops.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    private readonly Socket _door;
    private readonly Func<WebApplication> _build;
    private readonly CancellationTokenSource _quit = new();
    private WebApplication? _app;
    private bool _stopped;

    /// <summary>A host that does nothing yet. <paramref name="door"/> is bound, and from now on its own.</summary>
    public GrpcHost(
        ILoggerFactory loggers, Socket door, Action<KestrelServerOptions> listen, Action<IServiceCollection> services, Action<IEndpointRouteBuilder> map,
        int maxStreams, Func<HttpContext, RequestDelegate, Task>? gate = null) =>
        (_door, _build) = (door, () => Build(loggers, listen, services, map, maxStreams, gate));

    /// <summary>Listens. Fails as Kestrel fails; the caller knows what the endpoint was and says what to do.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _app = _build();
        return _app.StartAsync(cancellationToken);
    }

    /// <summary>Ends open streams with UNAVAILABLE, lets other calls finish within <see cref="DrainLimit"/>, and closes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
            return;
        _stopped = true;
        await _quit.CancelAsync();
        try
        {
            if (_app is not null)
                await _app.StopAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The drain was cut short: Kestrel has aborted what was left.
        }
    }

    /// <summary>Cuts every connection where it is, as a crash would.</summary>
    public async Task AbortAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        try
        {
            // Straight to the server: the host would first ask everybody else whether they agree.
            if (_app is not null)
                await _app.Services.GetRequiredService<IServer>().StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // Nothing was waited for, which is what was asked.
        }
        await _quit.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        if (_app is not null)
            await _app.DisposeAsync();
        _door.Dispose();
        _quit.Dispose();
    }

    /// <summary>Last of the layers under HTTP/2: ends what was closed and would be kept.</summary>
    public static ConnectionDelegate LetGo(ConnectionDelegate next) => connection =>
    {
        var running = new RunningCalls();
        connection.Features.Set(running);
        return ClosedConnection.WhenOverAsync(next(connection), connection.ConnectionClosed, () => running.IsAny, TimeProvider.System);
    };

    private static async Task Count(HttpContext context, RequestDelegate next)
    {
        var running = context.Features.Get<RunningCalls>();
        running?.Enter();
        try
        {
            await next(context);
        }
        finally
        {
            running?.Leave();
        }
    }

    private WebApplication Build(
        ILoggerFactory loggers, Action<KestrelServerOptions> listen, Action<IServiceCollection> services, Action<IEndpointRouteBuilder> map,
        int maxStreams, Func<HttpContext, RequestDelegate, Task>? gate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "crux" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.Http2.MaxStreamsPerConnection = maxStreams;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersBytes;
            listen(kestrel);
        });
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoSignals>());
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = _ => _door);
        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainLimit);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(new QuitInterceptor(_quit.Token));
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<QuitInterceptor>());
        services(builder.Services);
        var app = builder.Build();
        app.Use(Count);
        if (gate is not null)
            app.Use(gate);
        app.UseRouting();
        app.Use(EndStreamsOnQuit);
        map(app);
        return app;
    }

    private async Task EndStreamsOnQuit(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { Method.Type: not MethodType.Unary })
        {
            await next(context);
            return;
        }
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _quit.Token);
        context.RequestAborted = ends.Token;
        await next(context);
    }
}
