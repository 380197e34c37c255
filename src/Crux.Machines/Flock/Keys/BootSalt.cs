using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// A boot's salt: a hash over who boots, where, and a nonce that this boot alone has. So the 8 bytes in a record name their node,
/// and the 16 bytes of its id need not travel with it: nobody finds a nonce that gives another's salt under a key of his own.
/// </summary>
internal static class BootSalt
{
    public const int NonceBytes = 16;

    private const int AddressBytes = 18;

    private static ReadOnlySpan<byte> Context => "crux boot salt v1\0"u8;

    /// <summary>The nonce of the boot that has this secret.</summary>
    public static void NonceOf(ReadOnlySpan<byte> bootSecret, Span<byte> nonce) =>
        HKDF.Expand(HashAlgorithmName.SHA256, bootSecret, nonce[..NonceBytes], "crux boot nonce v1"u8);

    public static ulong Of(NodeId id, NetAddress address, ReadOnlySpan<byte> nonce)
    {
        Span<byte> said = stackalloc byte[Context.Length + NodeId.SizeBytes + AddressBytes + NonceBytes];
        Context.CopyTo(said);
        var rest = said[Context.Length..];
        id.Write(rest);
        BinaryPrimitives.WriteUInt64BigEndian(rest[NodeId.SizeBytes..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(rest[(NodeId.SizeBytes + 8)..], address.Low);
        BinaryPrimitives.WriteUInt16BigEndian(rest[(NodeId.SizeBytes + 16)..], address.Port);
        nonce[..NonceBytes].CopyTo(rest[(NodeId.SizeBytes + AddressBytes)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(said, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
