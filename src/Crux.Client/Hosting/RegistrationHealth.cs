using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Crux.Client.Hosting;

/// <summary>Degraded while the flock doesn't know of this process: it serves, but nobody new can find it.</summary>
internal sealed class RegistrationHealth(ServiceRun run) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(run.Problem is { } problem ? HealthCheckResult.Degraded($"Not registered: {problem}.") : HealthCheckResult.Healthy());
}
