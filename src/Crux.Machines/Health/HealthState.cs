namespace Crux.Machines.Health;

/// <summary>How a service stands on a node, for those who look back.</summary>
public enum HealthState
{
    /// <summary>Its node can't be reached, or nobody can tell.</summary>
    Unknown = 1,

    /// <summary>It beats and serves.</summary>
    Up = 2,

    /// <summary>It beats, and takes nothing new.</summary>
    Draining = 3,

    /// <summary>It beats and says that it is unhealthy; or it failed; or its node was lost.</summary>
    Down = 4,

    /// <summary>It went on purpose: nobody misses it.</summary>
    Left = 5,
}
