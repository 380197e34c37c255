using Crux.Machines.Registry;
using Crux.Services.Reeve;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Crux.Services.Health;

/// <summary>
/// The standard health protocol for any service of the group, on the node's socket: the name asked for is a selector, and the answer is
/// whether a client on this node would be given somebody to call. An empty name is about the node itself.
/// </summary>
internal sealed class GroupHealthService(ReeveDriver reeve, IHostApplicationLifetime lifetime) : Grpc.Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (request.Service.Length == 0)
            return Say(ServingStatus.Serving);
        var selector = Read(request);
        try
        {
            var offering = await reeve.FindOfferingAsync(selector, context.CancellationToken);
            var status = StatusOf(offering.Answer);
            return status == ServingStatus.ServiceUnknown
                ? throw new RpcException(new Status(StatusCode.NotFound, $"Nothing is registered for {selector.Name}. See 'crux services'."))
                : Say(status);
        }
        catch (InvalidOperationException exception)
        {
            throw RpcFault.Exhausted(exception.Message);
        }
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        try
        {
            if (request.Service.Length == 0)
            {
                await responseStream.WriteAsync(Say(ServingStatus.Serving), life.Token);
                await Task.Delay(Timeout.InfiniteTimeSpan, life.Token);
            }
            var selector = Read(request);
            // At once, as the protocol has it: a first question about a service may take the steward a moment.
            var before = StatusOf(selector);
            await responseStream.WriteAsync(Say(before), life.Token);
            await foreach (var _ in reeve.WatchAsync(selector, life.Token))
            {
                // What is true now, and not when the word was sent: a slow reader is told the newest.
                if (StatusOf(selector) is var status && status == before)
                    continue;
                before = status;
                await responseStream.WriteAsync(Say(status), life.Token);
            }
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
        }
        catch (InvalidOperationException exception) when (!life.IsOver)
        {
            throw RpcFault.Exhausted(exception.Message);
        }
        life.ThrowIfNodeStops();
    }

    private static Selector Read(HealthCheckRequest request) =>
        Selector.TryParse(request.Service, out var selector, out var problem) ? selector : throw RpcFault.Invalid(problem);

    private ServingStatus StatusOf(Selector selector) => reeve.TryFind(selector, out var answer) ? StatusOf(answer) : ServingStatus.Unknown;

    // What nobody knows of may be on its way while the steward has not answered in full.
    private static ServingStatus StatusOf(ReeveAnswer answer) =>
        !answer.Ranked.Offered.IsEmpty ? ServingStatus.Serving
        : !answer.Ranked.LeftOut.IsEmpty ? ServingStatus.NotServing
        : answer.IsComplete ? ServingStatus.ServiceUnknown
        : ServingStatus.Unknown;

    private static HealthCheckResponse Say(ServingStatus status) => new() { Status = status };
}
