namespace Crux.Machines.Flock.Membership;

/// <summary>
/// What the flock agrees on for one address slot. Records of one slot are totally ordered, so merging two views is taking the
/// greater of each: the order of arrival can't matter.
/// </summary>
/// <param name="Address">The slot.</param>
/// <param name="Incarnation">Which life of the slot; grows with every newcomer and every refutation.</param>
/// <param name="Status">What became of that life.</param>
/// <param name="Id">Who lives there.</param>
/// <param name="Salt">That node's boot salt: with it a member can be spoken to without a handshake.</param>
internal readonly record struct MemberRecord(NetAddress Address, uint Incarnation, RecordStatus Status, NodeId Id, ulong Salt)
    : IComparable<MemberRecord>
{
    /// <summary>Whether the slot's node is in the view.</summary>
    public bool IsLive => Status <= RecordStatus.Unreachable;

    /// <summary>Differs wherever two records differ; views add it up, so it must be well mixed.</summary>
    public ulong Hash => Mix.Three(
        Mix.Of(Address), ((ulong)Incarnation << 8) | (byte)Status, Mix.Two(Mix.Of(Id), Salt));

    /// <summary>Whether both speak of the same boot of the same node.</summary>
    public bool IsSameBoot(MemberRecord other) => Id == other.Id && Salt == other.Salt;

    /// <summary>Precedence of two records of one slot.</summary>
    public int CompareTo(MemberRecord other)
    {
        var order = Incarnation.CompareTo(other.Incarnation);
        if (order == 0)
            order = Status.CompareTo(other.Status);
        if (order == 0)
            order = Salt.CompareTo(other.Salt);
        return order != 0 ? order : Id.CompareTo(other.Id);
    }
}
