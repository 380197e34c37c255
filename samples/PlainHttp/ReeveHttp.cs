using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace PlainHttp;

/// <summary>Plain <c>HttpClient</c>s that call services of a flock by name.</summary>
public static class ReeveHttp
{
    /// <summary>Resolves names by the local reeve. Names that are none of a service are left to other providers.</summary>
    /// <param name="socket">The reeve's Unix socket.</param>
    /// <param name="name">What this process is called in its identity, and in an operator's rules.</param>
    public static IServiceCollection AddReeve(this IServiceCollection services, string socket, string name)
    {
        services.AddServiceDiscoveryCore();
        services.AddSingleton(_ => new Reeve(socket, name));
        return services.AddSingleton<IServiceEndpointProviderFactory, ReeveEndpointProviderFactory>();
    }

    /// <summary>
    /// Has a client call through the flock: <c>http://galumph2/...</c>. The name is resolved to an instance's address, and the handler beneath
    /// speaks TLS with it, both ends pinned, whatever the scheme says: nothing leaves in the clear.
    /// </summary>
    public static IHttpClientBuilder AddReeve(this IHttpClientBuilder builder) => builder
        .ConfigureHttpClient(client => (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact))
        .ConfigurePrimaryHttpMessageHandler(provider => new PinnedHandler(provider.GetRequiredService<Reeve>()))
        .AddServiceDiscovery();
}
