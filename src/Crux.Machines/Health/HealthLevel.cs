namespace Crux.Machines.Health;

/// <summary>What one line of a health report is about.</summary>
public enum HealthLevel
{
    /// <summary>One service on one node, with its changes.</summary>
    Place = 1,

    /// <summary>One instance on all its nodes.</summary>
    Instance = 2,

    /// <summary>All instances of an api.</summary>
    Service = 3,

    /// <summary>All services of a node.</summary>
    Node = 4,

    /// <summary>Everything.</summary>
    Group = 5,
}
