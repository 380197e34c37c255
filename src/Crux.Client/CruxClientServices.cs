using Crux.Client.Attempts;
using Crux.Client.Selection;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Crux.Client;

/// <summary>Registers generated gRPC clients that call by selector.</summary>
public static class CruxClientServices
{
    /// <summary>
    /// Registers <typeparamref name="TClient"/> to call the best instance that fits <paramref name="selector"/>. Composes like
    /// <c>AddGrpcClient</c>: interceptors, call credentials and channel options go on what is returned.
    /// </summary>
    /// <param name="configure">Has the last word over what <c>Crux:*</c> says.</param>
    /// <exception cref="FormatException">The selector can't be parsed.</exception>
    public static IHttpClientBuilder AddCruxClient<TClient>(this IServiceCollection services, string selector, Action<CruxClientOptions>? configure = null)
        where TClient : class =>
        Add<TClient>(services, $"{typeof(TClient).FullName} {selector}", selector, configure);

    /// <summary>
    /// The same under a key (<c>[FromKeyedServices("eu")]</c>), for clients of one type that go to several places.
    /// </summary>
    /// <param name="key">What the client is asked for by.</param>
    /// <param name="configure">Has the last word over what <c>Crux:*</c> says.</param>
    /// <exception cref="FormatException">The selector can't be parsed.</exception>
    public static IHttpClientBuilder AddKeyedCruxClient<TClient>(this IServiceCollection services, object key, string selector, Action<CruxClientOptions>? configure = null)
        where TClient : class
    {
        var name = $"{typeof(TClient).FullName} {selector} {key}";
        var plain = services.Where(service => service.ServiceType == typeof(TClient) && !service.IsKeyedService).ToList();
        var builder = Add<TClient>(services, name, selector, configure);
        // The factory registers each client without a key too; whoever asks without one must not get this one.
        foreach (var extra in services.Where(service => service.ServiceType == typeof(TClient) && !service.IsKeyedService).Except(plain).ToList())
            services.Remove(extra);
        services.AddKeyedTransient(key, (provider, _) => provider.GetRequiredService<GrpcClientFactory>().CreateClient<TClient>(name));
        return builder;
    }

    private static IHttpClientBuilder Add<TClient>(IServiceCollection services, string name, string selector, Action<CruxClientOptions>? configure)
        where TClient : class
    {
        var parsed = Selector.Parse(selector);
        services.AddOptions<CruxClientOptions>(name)
            .Configure<IServiceProvider>((options, provider) => provider.GetService<IConfiguration>()?.GetSection(ClientSettings.Section).Bind(options))
            .Configure(options => configure?.Invoke(options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton<Routes>();
        Route RouteOf(IServiceProvider provider) =>
            provider.GetRequiredService<Routes>().Get(name, parsed, provider.GetRequiredService<IOptionsMonitor<CruxClientOptions>>().Get(name));
        var builder = services.AddGrpcClient<TClient>(name, options => options.Address = CruxChannel.Address)
            .ConfigurePrimaryHttpMessageHandler(provider => new RouteHandler(RouteOf(provider)))
            .RemoveAllLoggers();
        // After everything that the user adds: innermost, so that an interceptor sees one call however often it is placed.
        services.PostConfigure<GrpcClientFactoryOptions>(
            name,
            options => options.InterceptorRegistrations.Add(new(InterceptorScope.Channel, provider => new AttemptsInterceptor(RouteOf(provider)))));
        return builder;
    }
}
