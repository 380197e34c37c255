using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Crux.Client.Tests;

/// <summary>What a test service keeps, and a health check that a test can turn.</summary>
public sealed class Names : IHealthCheck
{
    private readonly Lock _lock = new();
    private readonly List<string> _names = [];

    public Func<CancellationToken, Task<HealthCheckResult>> Health { get; set; } = _ => Task.FromResult(HealthCheckResult.Healthy());

    /// <summary>Runs before each call is answered.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    /// <summary>Go with each answer.</summary>
    public Metadata Trailers { get; set; } = [];

    public int Add(string name)
    {
        lock (_lock)
        {
            _names.Add(name);
            return _names.Count;
        }
    }

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
                return [.. _names];
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Health(cancellationToken);
}
