using Crux.Client.Connect;
using Crux.Client.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Crux.Client;

/// <summary>Turns an ordinary web application into a service of the flock.</summary>
public static class CruxServiceHosting
{
    // The host must not cut the drain short, and needs a moment to close what is left.
    private static readonly TimeSpan StopReserve = TimeSpan.FromSeconds(5);

    /// <summary>The framework publishes no oftener.</summary>
    private static readonly TimeSpan ShortestHealthPeriod = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Serves <typeparamref name="TService"/> as <paramref name="instance"/>: listens with mutual TLS, maps the service,
    /// <c>grpc.health.v1</c> and <c>Lifecycle/Quit</c>, and registers with beats that follow the application's health checks. May be
    /// called for several services; they share the listener and the process's identity.
    /// </summary>
    /// <param name="instance">Api, underscore, version: <c>galumph2_3</c>.</param>
    /// <param name="configure">Has the last word over what <c>Crux:*</c> says.</param>
    /// <exception cref="FormatException">The instance name can't be parsed; the message says why.</exception>
    public static WebApplicationBuilder AddCruxService<TService>(this WebApplicationBuilder builder, string instance, Action<CruxServiceOptions>? configure = null)
        where TService : class
    {
        var name = InstanceName.Parse(instance);
        var services = builder.Services;
        if (!services.Any(service => service.ServiceType == typeof(ServiceRun)))
            AddRun(builder, name);
        services.AddSingleton(new ServicePoint(name, ServicePipeline.Map<TService>));
        if (configure is not null)
            services.Configure(configure);
        return builder;
    }

    private static void AddRun(WebApplicationBuilder builder, InstanceName first)
    {
        var services = builder.Services;
        // The empty builder brings no server.
        if (!services.Any(service => service.ServiceType == typeof(IServer)))
            builder.WebHost.UseKestrelCore();
        services.AddOptions<CruxServiceOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.GetSection(ClientSettings.Section).Bind(options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        // Whom it calls knows it as what it serves: that is the name that an operator's rules use.
        services.PostConfigureAll<CruxClientOptions>(options => options.ClientName ??= first.ToString());
        // One for all calls: gRPC would make one for each.
        services.AddSingleton<HopInterceptor>();
        services.AddGrpc(options => options.Interceptors.Add<HopInterceptor>());
        services.AddGrpcHealthChecks();
        // What grpc.health.v1 says is as new as the beats are, and known from the start. An application that wants it otherwise has the later word.
        services.AddOptions<HealthCheckPublisherOptions>().Configure<IOptions<CruxServiceOptions>>((publisher, options) =>
        {
            publisher.Delay = TimeSpan.Zero;
            publisher.Period = options.Value.HeartbeatPeriod > ShortestHealthPeriod ? options.Value.HeartbeatPeriod : ShortestHealthPeriod;
        });
        services.AddHealthChecks().AddCheck<RegistrationHealth>("crux", tags: [HealthProbe.OwnTag]);
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<CruxServiceOptions>>().Value;
            return new ProcessLease(CruxProcess.Lease(options.Socket, options.ReconnectPause, options.HoldPeriod));
        });
        services.AddSingleton<ServiceRun>();
        services.AddSingleton(provider => new CruxSelf(provider.GetRequiredService<ServiceRun>()));
        services.AddSingleton<IQuittable>(provider => provider.GetRequiredService<ServiceRun>());
        services.AddHostedService(provider => provider.GetRequiredService<ServiceRun>());
        services.AddSingleton<ServiceStartup>();
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<ServiceStartup>());
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<ServiceStartup>());
        services.AddOptions<HostOptions>().PostConfigure<IOptions<CruxServiceOptions>>((host, options) =>
        {
            var needed = options.Value.DrainGrace + StopReserve;
            if (host.ShutdownTimeout < needed)
                host.ShutdownTimeout = needed;
        });
    }
}
