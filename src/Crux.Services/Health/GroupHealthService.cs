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
            var status = StatusOf(offering.Reply.Offers.Count, offering.Answer.Ranked.LeftOut.Length, offering.Answer.IsComplete);
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
            var before = (ServingStatus)(-1);
            await foreach (var reply in reeve.WatchAsync(selector, life.Token))
            {
                var answer = reeve.TryFind(selector, out var found) ? found : null;
                var status = StatusOf(reply.Offers.Count, answer?.Ranked.LeftOut.Length ?? 0, answer?.IsComplete ?? false);
                if (status == before)
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

    // What nobody knows of may be on its way while the steward has not answered in full.
    private static ServingStatus StatusOf(int offers, int leftOut, bool isComplete) =>
        offers > 0 ? ServingStatus.Serving
        : leftOut > 0 ? ServingStatus.NotServing
        : isComplete ? ServingStatus.ServiceUnknown
        : ServingStatus.Unknown;

    private static HealthCheckResponse Say(ServingStatus status) => new() { Status = status };
}
