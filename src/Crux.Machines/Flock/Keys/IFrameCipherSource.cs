using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>Makes a cipher for a key.</summary>
public interface IFrameCipherSource
{
    /// <summary>Length of every key.</summary>
    const int KeyBytes = 32;

    /// <summary>A cipher for <paramref name="key"/>; the caller disposes it.</summary>
    IFrameCipher Create(ReadOnlySpan<byte> key);

    /// <summary>A cipher for the key that HKDF makes of a secret for one purpose. A simulation of thousands has a cheaper way: each hears each.</summary>
    IFrameCipher Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> purpose)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, key, purpose);
        var cipher = Create(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
