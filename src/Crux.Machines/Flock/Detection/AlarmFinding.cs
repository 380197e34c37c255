namespace Crux.Machines.Flock.Detection;

/// <summary>What came of another's alarm.</summary>
internal enum AlarmFinding
{
    /// <summary>It is new and counts.</summary>
    Taken,

    /// <summary>It is old, known, not signed right, or by one that does not watch the subject.</summary>
    Refused,

    /// <summary>Its observer's key is not here yet.</summary>
    Unproven,
}
