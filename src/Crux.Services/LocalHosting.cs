using Crux.Services.Health;
using Crux.Services.Operator;
using Crux.Services.Reeve;
using Crux.Services.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crux.Services;

/// <summary>Puts reeve and heartbeater onto a node's Unix socket.</summary>
public static class LocalHosting
{
    /// <summary>How large a message of a local process may be.</summary>
    public const int MaxMessageBytes = 8 * 1024 * 1024;

    /// <summary>How large an answer may be: a whole registry comes in one, and who asks must take as much.</summary>
    public const int MaxAnswerBytes = 64 * 1024 * 1024;

    /// <summary>Adds what the local services need. The drivers belong to the caller, who starts and disposes them. Without a healthminder nobody is told of the past.</summary>
    public static IServiceCollection AddCruxLocalServices(
        this IServiceCollection services, IGroupView view, HeartbeaterDriver heartbeater, ReeveDriver reeve, StatementSigner signer, HealthminderDriver? healthminder = null, IPeers? peers = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(view);
        services.AddSingleton(heartbeater);
        services.AddSingleton(reeve);
        services.AddSingleton(new SelectorShares(reeve.Follows));
        if (healthminder is not null && peers is not null)
            services.AddSingleton(healthminder).AddSingleton(peers);
        services.AddSingleton(signer);
        services.TryAddSingleton<ILocalNames, AnyLocalNames>();
        services.TryAddSingleton(_ => KeyGenerations.Passing());
        services.TryAddSingleton<RuleBoard>();
        services.TryAddSingleton<CallLog>();
        services.TryAddSingleton<OperatorEvents>();
        services.AddGrpc()
            .AddServiceOptions<HeartbeaterService>(options => options.MaxReceiveMessageSize = MaxMessageBytes)
            .AddServiceOptions<ReeveService>(options => options.MaxSendMessageSize = MaxAnswerBytes);
        return services;
    }

    /// <summary>Maps the local services.</summary>
    public static void MapCruxLocalServices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<HeartbeaterService>();
        endpoints.MapGrpcService<ReeveService>();
        endpoints.MapGrpcService<RulesService>();
        endpoints.MapGrpcService<GroupHealthService>();
        if (endpoints.ServiceProvider.GetService<HealthminderDriver>() is not null)
            endpoints.MapGrpcService<HealthDeskService>();
    }
}
