namespace Crux;

/// <summary>What a service says of itself in a heartbeat.</summary>
public enum ServiceStatus
{
    /// <summary>Nothing is known.</summary>
    Unknown = 0,

    /// <summary>Takes calls.</summary>
    Serving = 1,

    /// <summary>Takes calls, and says that something is amiss. Offered only after serving instances.</summary>
    Degraded = 2,

    /// <summary>Beats, but its own health check fails. Listed, not offered.</summary>
    Unhealthy = 3,

    /// <summary>Finishes what it has and accepts calls from those who still prefer it; offered to nobody new.</summary>
    Draining = 4,
}
