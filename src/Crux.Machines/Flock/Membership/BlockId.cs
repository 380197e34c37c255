namespace Crux.Machines.Flock.Membership;

/// <summary>
/// 256 neighbouring addresses on one port: the unit in which views are compared. Absolute, so nothing hangs on a node's own
/// configuration. A slot is an address's low byte.
/// </summary>
internal readonly record struct BlockId(ulong High, ulong Low, ushort Port) : IComparable<BlockId>
{
    public const int Slots = 256;

    public bool IsV4 => Slot(0).IsV4;

    /// <summary>A fixed hash of the block.</summary>
    public ulong Key => Mix.Three(High, Low, Port);

    public static BlockId Of(NetAddress address) => new(address.High, address.Low >> 8, address.Port);

    public static byte SlotOf(NetAddress address) => (byte)address.Low;

    public NetAddress Slot(byte slot) => new(High, (Low << 8) | slot, Port);

    /// <summary>Orders addresses block by block, so that the slots of one block stand together.</summary>
    public static int Order(NetAddress a, NetAddress b)
    {
        var order = a.Port.CompareTo(b.Port);
        if (order == 0)
            order = a.High.CompareTo(b.High);
        return order != 0 ? order : a.Low.CompareTo(b.Low);
    }

    public override int GetHashCode() => (int)((Low + High + Port) * 0x9E37_79B9_7F4A_7C15 >> 32);

    public int CompareTo(BlockId other)
    {
        var order = Port.CompareTo(other.Port);
        if (order == 0)
            order = High.CompareTo(other.High);
        return order != 0 ? order : Low.CompareTo(other.Low);
    }
}
