namespace Crux.Machines.Flock.Events;

/// <summary>Why a member is no longer in the view.</summary>
public enum Departure
{
    /// <summary>It said goodbye.</summary>
    Left,

    /// <summary>Its observers found it silent.</summary>
    Evicted,

    /// <summary>Another node holds its address now.</summary>
    Replaced,

    /// <summary>The operator shut it out.</summary>
    ShutOut,
}
