using System.Threading.Channels;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Microsoft.Extensions.Hosting;

namespace Crux.Services.Operator;

/// <summary>Tells watchers what becomes of this node's services and of the steward. A node without a registry has nothing to tell.</summary>
internal sealed class RegistryChronicle(HeartbeaterDriver? heartbeater, ReeveDriver? reeve, OperatorEvents events) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellVerdictsAsync(stoppingToken), TellStewardAsync(stoppingToken));

    private async Task TellVerdictsAsync(CancellationToken stopping)
    {
        // Ends by itself when the heartbeater does; a reader that fell behind begins again with what is new.
        for (var goesOn = heartbeater is not null; goesOn;)
        {
            try
            {
                var subscription = await heartbeater!.SubscribeAsync(stopping);
                await foreach (var verdict in subscription.Following.ReadAllAsync(stopping))
                    events.Publish("service", Sentence(verdict));
                goesOn = false;
            }
            catch (FellBehindException)
            {
                events.Publish("alarm", "Verdicts came faster than they could be told; some are missing here. See 'crux services'.");
            }
            catch (Exception ended) when (ended is ChannelClosedException or OperationCanceledException)
            {
                goesOn = false;
            }
        }
    }

    private async Task TellStewardAsync(CancellationToken stopping)
    {
        if (reeve is null)
            return;
        StewardPhase? before = null;
        try
        {
            await foreach (var state in reeve.WatchStateAsync(stopping))
            {
                if (before is not null && before != state.Steward)
                    events.Publish("steward", Sentence(state.Steward));
                before = state.Steward;
            }
        }
        catch (Exception ended) when (ended is ChannelClosedException or OperationCanceledException)
        {
            // The node stops.
        }
    }

    private static string Sentence(Verdict verdict)
    {
        var point = $"{verdict.Entry.Instance} at {verdict.Entry.NetId}";
        return verdict.Kind switch
        {
            VerdictKind.Up => $"{point} is up.",
            VerdictKind.Changed => $"{point} is {Word(verdict.Entry.Status)}{(verdict.Entry.StatusReason.Length > 0 ? $": {verdict.Entry.StatusReason}" : "")}.",
            VerdictKind.Left => $"{point} left.",
            _ => $"{point} is gone: {verdict.Reason}.",
        };
    }

    private static string Sentence(StewardPhase steward) => steward switch
    {
        StewardPhase.Ready => "Steward is ready.",
        StewardPhase.Rebuilding => "Steward is being rebuilt.",
        _ => "Steward is away.",
    };

    private static string Word(ServiceStatus status) => status switch
    {
        ServiceStatus.Serving => "serving",
        ServiceStatus.Degraded => "degraded",
        ServiceStatus.Unhealthy => "unhealthy",
        ServiceStatus.Draining => "draining",
        _ => "of unknown status",
    };
}
