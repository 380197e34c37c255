namespace Crux.Machines.Health;

/// <summary>What a <see cref="HealthRecord"/> says.</summary>
public enum HealthRecordKind
{
    /// <summary>A point is there, and stands so.</summary>
    There = 1,

    /// <summary>A point is gone.</summary>
    Gone = 2,

    /// <summary>The node can't be reached.</summary>
    OutOfSight = 3,

    /// <summary>The node can be reached again.</summary>
    InSight = 4,
}
