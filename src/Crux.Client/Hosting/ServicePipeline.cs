using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crux.Client.Hosting;

/// <summary>What happens to a request before it reaches a service, and how services are mapped so that only Crux's listener reaches them.</summary>
internal static class ServicePipeline
{
    /// <summary>Answers warm-up requests, and counts calls; asking after a service's health or telling it to quit is not a call.</summary>
    public static void Use(IApplicationBuilder app, CallGauge gauge) => app.Use(next => context =>
    {
        if (context.Features.Get<PeerConnection>() is not { } peer)
            return next(context);
        if (context.Request.Path != Selection.Endpoint.WarmPath)
            return CountAsync(next, context, peer, IsAside(context.Request.Path) ? null : gauge);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    });

    public static void Map<TService>(IEndpointRouteBuilder endpoints, CallGate gate, InstanceName instance) where TService : class =>
        Guard(endpoints.MapGrpcService<TService>(), gate, gate.PlaceOf(instance));

    /// <summary>What every service has; where a process serves several, the rules about the first one speak of it.</summary>
    public static void MapStandard(IEndpointRouteBuilder endpoints, CallGate gate)
    {
        Guard(endpoints.MapGrpcService<LifecycleService>(), gate, 0);
        Guard(endpoints.MapGrpcHealthChecksService(), gate, 0);
    }

    private static bool IsAside(PathString path) =>
        path.StartsWithSegments("/grpc.health.v1.Health", StringComparison.Ordinal) || path.StartsWithSegments("/crux.v1.Lifecycle", StringComparison.Ordinal);

    private static async Task CountAsync(RequestDelegate next, HttpContext context, PeerConnection peer, CallGauge? gauge)
    {
        peer.Calls.Enter();
        gauge?.Enter();
        try
        {
            await next(context);
        }
        finally
        {
            gauge?.Leave();
            peer.Calls.Leave();
        }
    }

    // An application may listen elsewhere too, in plaintext even: what is registered with the flock is not to be had there.
    private static void Guard(GrpcServiceEndpointConventionBuilder service, CallGate gate, int target) => service.Add(endpoint =>
    {
        if (endpoint.RequestDelegate is not { } serve)
            return;
        endpoint.RequestDelegate = context =>
        {
            if (context.Features.Get<PeerConnection>() is { } peer)
                return gate.ServeAsync(context, peer, target, serve);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        };
    });
}
