using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Sealing to a P-256 key: an ephemeral key agrees with it (ECDH), HKDF-SHA256 makes a key of that for this one text, AES-256-GCM
/// seals with it. Both points go into the derivation, so a sealed text fits one recipient.
/// </summary>
internal static class P256Seal
{
    private const int CoordinateBytes = 32;
    private const int PointBytes = 2 * CoordinateBytes;

    // One key seals one text: the nonce has nothing to tell apart.
    private static readonly byte[] Nonce = new byte[IFrameCipher.NonceBytes];

    public static bool TrySeal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> sealedText)
    {
        try
        {
            using var theirs = ECDiffieHellman.Create();
            theirs.ImportSubjectPublicKeyInfo(publicKey, out var read);
            if (read != publicKey.Length || theirs.KeySize != 256)
                return false;
            using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            var point = sealedText[..PointBytes];
            WritePoint(ephemeral.ExportParameters(includePrivateParameters: false), point);
            using var cipher = CipherOf(ephemeral.DeriveRawSecretAgreement(theirs.PublicKey), point, theirs.ExportParameters(includePrivateParameters: false));
            cipher.Encrypt(Nonce, text, sealedText[PointBytes..^IFrameCipher.TagBytes], sealedText[^IFrameCipher.TagBytes..], associated);
            return true;
        }
        // A curve that nobody knows is not a cryptographic error to the framework.
        catch (Exception problem) when (problem is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    public static bool TryUnseal(ECDiffieHellman own, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, Span<byte> text)
    {
        if (sealedText.Length != text.Length + INodeSealer.OverheadBytes)
            return false;
        try
        {
            var point = sealedText[..PointBytes];
            // A point off the curve is refused by the import.
            using var ephemeral = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point[..CoordinateBytes].ToArray(), Y = point[CoordinateBytes..].ToArray() },
            });
            using var cipher = CipherOf(own.DeriveRawSecretAgreement(ephemeral.PublicKey), point, own.ExportParameters(includePrivateParameters: false));
            cipher.Decrypt(Nonce, sealedText[PointBytes..^IFrameCipher.TagBytes], sealedText[^IFrameCipher.TagBytes..], text, associated);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static AesGcm CipherOf(byte[] agreed, ReadOnlySpan<byte> ephemeral, ECParameters recipient)
    {
        Span<byte> salt = stackalloc byte[2 * PointBytes];
        ephemeral.CopyTo(salt);
        WritePoint(recipient, salt[PointBytes..]);
        Span<byte> key = stackalloc byte[IFrameCipherSource.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, key, salt, "crux seal v1"u8);
        var cipher = new AesGcm(key, IFrameCipher.TagBytes);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(agreed);
        return cipher;
    }

    private static void WritePoint(ECParameters key, Span<byte> target)
    {
        key.Q.X!.CopyTo(target);
        key.Q.Y!.CopyTo(target[CoordinateBytes..]);
    }
}
