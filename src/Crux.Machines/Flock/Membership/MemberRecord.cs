namespace Crux.Machines.Flock.Membership;

/// <summary>
/// What the flock agrees on for one address slot. Records of one slot are totally ordered, so merging two views is taking the
/// greater of each: the order of arrival can't matter.
/// </summary>
/// <param name="Address">The slot.</param>
/// <param name="Incarnation">Which life of the slot; grows with every newcomer and every refutation.</param>
/// <param name="Status">What became of that life.</param>
/// <param name="Salt">
/// The boot salt of who lives there: with it a member can be spoken to without a handshake. It is a hash over node id, address
/// and boot, so it also stands for who that is: see <see cref="NodeBlob"/>.
/// </param>
internal readonly record struct MemberRecord(NetAddress Address, uint Incarnation, RecordStatus Status, ulong Salt)
    : IComparable<MemberRecord>
{
    /// <summary>The incarnation that a node begins with.</summary>
    public const uint FirstLife = 1;

    /// <summary>Whether the slot's node is in the view.</summary>
    public bool IsLive => Status <= RecordStatus.Unreachable;

    /// <summary>Differs wherever two records differ; views add it up, so it must be well mixed.</summary>
    public ulong Hash => HashOf(BlockId.Of(Address).Key, BlockId.SlotOf(Address), new Life(Salt, Incarnation, Status));

    /// <summary>The order among nodes that could lead: the least leads. Spread evenly, so no node is favoured by its address.</summary>
    public ulong Priority => PriorityOf(Salt);

    /// <inheritdoc cref="Priority"/>
    public static ulong PriorityOf(ulong salt) => Mix.Two(0x6372_7578_6C65_6164, salt);

    /// <summary><see cref="Hash"/>, where the key of the record's block is at hand.</summary>
    public static ulong HashOf(ulong blockKey, int slot, in Life life) =>
        Mix.Three(blockKey + (ulong)slot, ((ulong)life.Incarnation << 8) | (byte)life.Status, life.Salt);

    /// <summary>Whether both speak of the same boot of the same node.</summary>
    public bool IsSameBoot(MemberRecord other) => Salt == other.Salt;

    /// <summary>Precedence of two records of one slot.</summary>
    public int CompareTo(MemberRecord other) => new Life(Salt, Incarnation, Status).CompareTo(new Life(other.Salt, other.Incarnation, other.Status));
}
