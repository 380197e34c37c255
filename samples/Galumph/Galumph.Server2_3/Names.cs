using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GalumphServer;

/// <summary>Who galumphs, in the order in which they began. Thread-safe. Unwell once the table is full.</summary>
internal sealed class Names : IHealthCheck
{
    private const int MaxNames = 1_000_000;

    private readonly Lock _lock = new();
    private readonly List<string> _names = [];

    public uint Add(string name)
    {
        lock (_lock)
        {
            if (_names.Count < MaxNames)
                _names.Add(name);
            return (uint)_names.Count;
        }
    }

    /// <summary>The newest hundred.</summary>
    public IReadOnlyList<string> List()
    {
        lock (_lock)
            return [.. _names.TakeLast(100)];
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult(_names.Count < MaxNames ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The table is full."));
    }
}
