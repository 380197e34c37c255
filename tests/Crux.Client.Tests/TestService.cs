using Crux.Client.Hosting;
using Crux.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crux.Client.Tests;

/// <summary>A galumph service as a user would write it.</summary>
public sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestService(WebApplication app, Names names) => (_app, Names) = (app, names);

    public Names Names { get; }

    public WebApplication App => _app;

    public NetAddress Address => _app.Services.GetRequiredService<CruxSelf>().Address;

    /// <summary>Calls that it has taken and not answered.</summary>
    public int Calls => _app.Services.GetRequiredService<ServiceRun>().Calls.InFlight;

    /// <summary>SHA-256 of the key that it shows.</summary>
    public ReadOnlyMemory<byte> Pin => _app.Services.GetRequiredService<ServiceRun>().Listener.Keys.Current.Pin;

    /// <summary>On a machine of a flock in this process; returns when the node has registered it.</summary>
    public static async Task<TestService> StartAsync(TestNode node, string instance)
    {
        var service = await StartAsync(node.Socket, instance, options =>
        {
            options.Bind = node.Settings["Crux:Bind"]!;
            // Not by the flock's time, which is played: a beat must come through real sockets.
            options.HeartbeatPeriod = TimeSpan.FromSeconds(5);
            options.DrainGrace = TimeSpan.Zero;
        });
        var self = service.App.Services.GetRequiredService<CruxSelf>();
        await node.Flock.UntilAsync(() => self.Problem is null, $"{instance} to be registered on {node}", TestContext.Current.CancellationToken);
        return service;
    }

    public static async Task<TestService> StartAsync(
        string socket, string instance, Action<CruxServiceOptions>? configure = null, Action<WebApplicationBuilder>? extend = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Test" });
        builder.Logging.ClearProviders();
        var names = new Names();
        builder.Services.AddSingleton(names);
        builder.Services.AddSingleton(new ServedBy(instance));
        builder.Services.AddHealthChecks().AddCheck<Names>("names");
        builder.AddCruxService<GalumphService>(instance, options =>
        {
            options.Socket = socket;
            options.Bind = "127.0.0.1:0";
            options.HeartbeatPeriod = TimeSpan.FromMilliseconds(200);
            options.HealthDeadline = TimeSpan.FromMilliseconds(500);
            options.DrainQuiet = TimeSpan.FromMilliseconds(100);
            options.DrainGrace = TimeSpan.FromSeconds(3);
            options.ReconnectPause = TimeSpan.FromMilliseconds(50);
            configure?.Invoke(options);
        });
        extend?.Invoke(builder);
        var app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestService(app, names);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
