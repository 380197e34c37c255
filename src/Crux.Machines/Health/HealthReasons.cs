using Crux.Machines.Registry;

namespace Crux.Machines.Health;

/// <summary>What an entry of the registry says of how its service fares.</summary>
internal static class HealthReasons
{
    /// <summary>How a service stands that says this of itself.</summary>
    public static HealthState StateOf(ServiceStatus status) => status switch
    {
        ServiceStatus.Serving or ServiceStatus.Degraded => HealthState.Up,
        ServiceStatus.Draining => HealthState.Draining,
        ServiceStatus.Unhealthy => HealthState.Down,
        _ => HealthState.Unknown,
    };

    /// <summary>Why it stands so, for people; empty where all is well.</summary>
    public static string Of(ServiceEntry entry) => entry.Status switch
    {
        ServiceStatus.Serving or ServiceStatus.Degraded => entry.StatusReason,
        ServiceStatus.Draining => "draining",
        ServiceStatus.Unhealthy => entry.StatusReason.Length > 0 ? $"unhealthy: {entry.StatusReason}" : "unhealthy",
        _ => "its status is unknown",
    };
}
