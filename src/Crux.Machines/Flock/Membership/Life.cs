namespace Crux.Machines.Flock.Membership;

/// <summary>A <see cref="MemberRecord"/> without its address.</summary>
internal readonly record struct Life(ulong Salt, uint Incarnation, RecordStatus Status) : IComparable<Life>
{
    public bool IsLive => Status <= RecordStatus.Unreachable;

    /// <summary>Precedence of two lives of one slot.</summary>
    public int CompareTo(Life other)
    {
        var order = Incarnation.CompareTo(other.Incarnation);
        if (order == 0)
            order = ((byte)Status).CompareTo((byte)other.Status);
        return order != 0 ? order : Salt.CompareTo(other.Salt);
    }
}
