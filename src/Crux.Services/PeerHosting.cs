using Crux.Services.Health;
using Crux.Services.Reeve;
using Crux.Services.Steward;
using Crux.Services.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crux.Services;

/// <summary>Puts the services that nodes have for each other onto the peers' port.</summary>
public static class PeerHosting
{
    /// <summary>How large a report of a reeve may be; reeves cut theirs into parts far below it.</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>Adds what the peer services need. The driver belongs to the caller, who starts and disposes it.</summary>
    public static IServiceCollection AddCruxPeerServices(this IServiceCollection services, IGroupView view, StewardDriver steward, HealthminderDriver? healthminder = null)
    {
        services.TryAddSingleton(view);
        services.AddSingleton(steward);
        if (healthminder is not null)
            services.AddSingleton(healthminder);
        services.TryAddSingleton<IPeerIdentity, CertificatePeerIdentity>();
        services.TryAddSingleton<RuleBoard>();
        services.TryAddSingleton(_ => KeyGenerations.Passing());
        services.AddGrpc().AddServiceOptions<StewardService>(options => options.MaxReceiveMessageSize = MaxMessageBytes);
        return services;
    }

    /// <summary>Maps the peer services.</summary>
    public static void MapCruxPeerServices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<StewardService>();
        if (endpoints.ServiceProvider.GetService<HealthminderDriver>() is not null)
            endpoints.MapGrpcService<HealthminderService>();
        endpoints.MapGrpcService<RulePeersService>();
        endpoints.MapGrpcService<KeyNamePeersService>();
    }
}
