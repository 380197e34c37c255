using Crux.Machines.Trust;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Crux.Services.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crux.Services.Operator;

/// <summary>Puts the operator's service onto a node's Unix socket.</summary>
public static class OperatorHosting
{
    /// <summary>
    /// Adds what the operator's service needs. The host provides <see cref="NodeFacts"/>, <see cref="IGroupView"/>, <see cref="IBootReport"/>,
    /// <see cref="ITrafficReport"/> and <see cref="IRegistryReport"/>; its heartbeater and reeve drivers where it has them; and its own <see cref="OperatorEvents"/> and <see cref="LogLevelOverrides"/>
    /// where these live longer than the host.
    /// </summary>
    public static IServiceCollection AddOperator(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OperatorEvents>();
        services.TryAddSingleton<LogLevelOverrides>();
        services.TryAddSingleton<IOrderDesk, NoOrderDesk>();
        services.TryAddSingleton<IKeyDesk, NoKeyDesk>();
        services.TryAddSingleton<RuleBoard>();
        services.TryAddSingleton<CallLog>();
        services.TryAddSingleton<ILocalNames, AnyLocalNames>();
        services.TryAddSingleton(_ => KeyGenerations.Passing());
        services.TryAddSingleton(provider => new AuditTrail([], _ => { }, null, provider.GetRequiredService<TimeProvider>()));
        services.AddGrpc().AddServiceOptions<RuleDeskService>(options => options.MaxReceiveMessageSize = 2 * RuleSetCodec.MaxBytes);
        services.AddSingleton<GroupChronicle>();
        services.AddHostedService(provider => provider.GetRequiredService<GroupChronicle>());
        services.AddHostedService(provider => new RegistryChronicle(
            provider.GetService<HeartbeaterDriver>(), provider.GetService<ReeveDriver>(), provider.GetRequiredService<OperatorEvents>()));
        return services;
    }

    /// <summary>Maps the service.</summary>
    public static void MapOperator(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<OperatorService>();
        endpoints.MapGrpcService<RuleDeskService>();
        endpoints.MapGrpcService<KeyTurnsService>();
        endpoints.MapGrpcService<KeyNamesService>();
    }
}
