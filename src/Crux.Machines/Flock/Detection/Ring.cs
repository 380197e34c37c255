namespace Crux.Machines.Flock.Detection;

/// <summary>
/// The eight circles in which all members stand, each in another order. Who stands after a member watches it; so everybody has about
/// as many to watch as watch it, and a newcomer changes nothing but its own neighbours.
/// </summary>
internal static class Ring
{
    /// <summary>Rings, and so the most observers of a member in a large flock.</summary>
    public const int Count = 8;

    // Odd, so that each maps salts one to one; salts are hashes, so that a product spreads them as well as any mix would.
    private static readonly ulong[] Factors =
    [
        0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93,
        0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0xC2B2_AE3D_27D4_EB4F,
    ];

    /// <summary>Where a boot stands on each ring.</summary>
    public static ulong[] PlacesOf(ulong salt) => [.. Factors.Select(factor => salt * factor)];

    /// <summary>Where a boot stands on a ring.</summary>
    public static ulong Place(int ring, ulong salt) => salt * Factors[ring];
}
