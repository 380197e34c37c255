namespace Crux.Machines;

/// <summary>Fixed mixing of 64-bit words: the same on every node and in every run, and not for secrets.</summary>
public static class Mix
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The next word of splitmix64.</summary>
    public static ulong Next(ref ulong state) => One(state += Golden);

    /// <summary>A word in which every bit hangs on every bit of <paramref name="value"/>.</summary>
    public static ulong One(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }

    /// <summary>Two words mixed into one; the order counts.</summary>
    public static ulong Two(ulong first, ulong second) => One(One(first + Golden) ^ second);

    /// <summary>Three words mixed into one; the order counts.</summary>
    public static ulong Three(ulong first, ulong second, ulong third) => Two(Two(first, second), third);

    /// <summary>A fixed hash of an address.</summary>
    public static ulong Of(NetAddress address) => Three(address.High, address.Low, address.Port);

    /// <summary>A fixed hash of a node id.</summary>
    public static ulong Of(NodeId id) => Two(id.High, id.Low);
}
