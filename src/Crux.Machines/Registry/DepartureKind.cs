namespace Crux.Machines.Registry;

/// <summary>How an entry went.</summary>
public enum DepartureKind
{
    /// <summary>Its process said goodbye, or serves something else now.</summary>
    Left = 1,

    /// <summary>Its node gave it up: no beat, no process, or not named any more.</summary>
    Failed = 2,

    /// <summary>Its node has left the group's view.</summary>
    Lost = 3,
}
