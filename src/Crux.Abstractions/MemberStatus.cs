namespace Crux;

/// <summary>What the group's view says of a member.</summary>
public enum MemberStatus
{
    /// <summary>Heard, directly or by those who watch it.</summary>
    Alive = 0,

    /// <summary>Beyond a partition: kept in the view, not offered by look-up.</summary>
    Unreachable = 1,
}
