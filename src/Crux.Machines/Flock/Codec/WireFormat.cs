namespace Crux.Machines.Flock.Codec;

/// <summary>Numbers that both sides of the codec share.</summary>
internal static class WireFormat
{
    public const byte FamilyV4 = 4;
    public const byte FamilyV6 = 6;

    /// <summary>An address at its longest: family, 16 bytes, port.</summary>
    public const int MaxAddressBytes = 19;
}
