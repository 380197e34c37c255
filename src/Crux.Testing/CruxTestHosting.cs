using Crux.Client;
using Crux.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Crux.Testing;

/// <summary>Puts applications on the machines of a <see cref="TestFlock"/>.</summary>
public static class CruxTestHosting
{
    /// <summary>Runs this application on a machine of the flock: what <c>Crux:Socket</c> and <c>Crux:Bind</c> say is overridden.</summary>
    public static IHostApplicationBuilder UseTestNode(this IHostApplicationBuilder builder, TestNode node)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(node);
        builder.Configuration.AddInMemoryCollection(node.Settings);
        return builder;
    }

    /// <summary>The same for <c>WebApplicationFactory.WithWebHostBuilder</c>.</summary>
    public static IWebHostBuilder UseTestNode(this IWebHostBuilder builder, TestNode node)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(node);
        foreach (var (key, value) in node.Settings)
            builder.UseSetting(key, value);
        return builder;
    }

    /// <summary>
    /// Serves <typeparamref name="TService"/> as <paramref name="instance"/> on a machine of the flock, and returns when its node has registered it.
    /// Dispose what you get before the flock.
    /// </summary>
    /// <param name="node">On whose machine.</param>
    /// <param name="instance">Api, underscore, version: <c>galumph2_3</c>.</param>
    /// <param name="configure">Adds what the service needs.</param>
    public static async Task<WebApplication> ServeAsync<TService>(
        this TestNode node, string instance, Action<WebApplicationBuilder>? configure = null, CancellationToken cancellationToken = default)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(node);
        // Nothing is read from the test's directory, and Ctrl-C stays the test's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.UseTestNode(node);
        builder.Services.AddRoutingCore();
        // Ctrl-C is the runner's.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoSignals>());
        builder.AddCruxService<TService>(instance);
        configure?.Invoke(builder);
        var app = builder.Build();
        try
        {
            await app.StartAsync(cancellationToken);
            var self = app.Services.GetRequiredService<CruxSelf>();
            await node.Flock.UntilAsync(() => self is { Problem: null, NetId: not null }, $"{instance} to be registered on {node.Name}", cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends an application as its process does when it is killed: nothing is drained, nothing is said.</summary>
    public static async Task KillAsync(this IHost app)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            await app.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // Nothing was waited for, which is what was asked.
        }
    }
}
