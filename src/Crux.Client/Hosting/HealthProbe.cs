using Crux.Protos;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Crux.Client.Hosting;

/// <summary>Asks the process's own health checks, under a deadline. One caller at a time.</summary>
internal sealed class HealthProbe(HealthCheckService checks, TimeSpan deadline, TimeProvider time)
{
    /// <summary>Checks with this tag are about the registration itself: a beat that followed them would follow its own tail.</summary>
    public const string OwnTag = "crux";

    private Task<HealthReport>? _running;

    /// <summary>The status and its reason; null where there was no answer in time.</summary>
    public async Task<(Status Status, string Reason)?> AskAsync(CancellationToken stop)
    {
        // A check that ignores its token is still running: asking again would only pile up.
        if (_running is { IsCompleted: false })
            return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(deadline);
        try
        {
            var token = limit.Token;
            _running = Task.Run(() => checks.CheckHealthAsync(check => !check.Tags.Contains(OwnTag), token), token);
            return Judge(await _running.WaitAsync(deadline, time, stop));
        }
        catch (Exception exception) when (exception is TimeoutException || (exception is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A check that can't even be made, for want of what it needs: that is an answer.
            return (Status.Unhealthy, exception.Message);
        }
    }

    private static (Status Status, string Reason) Judge(HealthReport report)
    {
        var reason = string.Join("; ", report.Entries
            .Where(entry => entry.Value.Status != HealthStatus.Healthy)
            .Select(entry => $"{entry.Key}: {entry.Value.Description ?? entry.Value.Exception?.Message ?? entry.Value.Status.ToString()}"));
        return report.Status switch
        {
            HealthStatus.Healthy => (Status.Serving, reason),
            HealthStatus.Degraded => (Status.Degraded, reason),
            _ => (Status.Unhealthy, reason),
        };
    }
}
