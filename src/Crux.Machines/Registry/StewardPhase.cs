namespace Crux.Machines.Registry;

/// <summary>How the steward stands.</summary>
public enum StewardPhase
{
    /// <summary>No leader, or no connection to it.</summary>
    Absent = 1,

    /// <summary>A new steward is hearing from the reeves.</summary>
    Rebuilding = 2,

    /// <summary>It holds everything.</summary>
    Ready = 3,
}
