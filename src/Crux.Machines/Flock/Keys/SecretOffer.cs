using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// A join key on its way to the leader inside an operator's order: sealed with the generation in use, so that only members can read
/// it, whoever else sees the order.
/// </summary>
internal static class SecretOffer
{
    public const int SizeBytes = sizeof(ushort) + NonceBytes + IFrameCipherSource.KeyBytes + IFrameCipher.TagBytes;

    private const int NonceBytes = 16;

    public static byte[] Seal(Generation generation, KeyMint mint, ReadOnlySpan<byte> joinKey, IFrameCipherSource ciphers)
    {
        var offer = new byte[SizeBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(offer, generation.Id.Tag);
        mint.Make(offer.AsSpan(sizeof(ushort), NonceBytes));
        var text = offer.AsSpan(sizeof(ushort) + NonceBytes, IFrameCipherSource.KeyBytes);
        joinKey.CopyTo(text);
        using var cipher = CipherOf(generation, offer, ciphers);
        cipher.Seal(stackalloc byte[IFrameCipher.NonceBytes], offer.AsSpan(0, sizeof(ushort)), text, offer.AsSpan(^IFrameCipher.TagBytes..));
        return offer;
    }

    /// <summary>The join key; null where this node doesn't hold the generation, or the offer was changed.</summary>
    public static byte[]? Open(Keyring ring, ReadOnlySpan<byte> offer, IFrameCipherSource ciphers)
    {
        if (offer.Length != SizeBytes || ring.Find(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(offer)) is not { } generation)
            return null;
        var key = new byte[IFrameCipherSource.KeyBytes];
        using var cipher = CipherOf(generation, offer, ciphers);
        return cipher.TryOpen(
            stackalloc byte[IFrameCipher.NonceBytes], offer[..sizeof(ushort)], offer.Slice(sizeof(ushort) + NonceBytes, key.Length), offer[^IFrameCipher.TagBytes..], key)
            ? key
            : null;
    }

    // A key for this one offer: the nonce of the cipher has nothing to tell apart.
    private static IFrameCipher CipherOf(Generation generation, ReadOnlySpan<byte> offer, IFrameCipherSource ciphers)
    {
        Span<byte> info = stackalloc byte[24 + NonceBytes];
        info.Clear();
        "crux secret offer v1"u8.CopyTo(info);
        offer.Slice(sizeof(ushort), NonceBytes).CopyTo(info[24..]);
        Span<byte> key = stackalloc byte[IFrameCipherSource.KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, generation.Secret[..IFrameCipherSource.KeyBytes], key, info);
        var cipher = ciphers.Create(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
