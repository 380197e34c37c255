using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Makes new keys out of the boot secret, which is as random as the owner could make it. A ratchet: whoever learns its state later does
/// not learn what it made before.
/// </summary>
internal sealed class KeyMint
{
    private readonly byte[] _state = new byte[SHA256.HashSizeInBytes];

    public KeyMint(ReadOnlySpan<byte> bootSecret) => HKDF.Expand(HashAlgorithmName.SHA256, bootSecret, _state, "crux mint v1"u8);

    /// <summary>Fills <paramref name="key"/> with what nobody can foresee.</summary>
    public void Make(Span<byte> key)
    {
        HKDF.Expand(HashAlgorithmName.SHA256, _state, key, "crux minted key v1"u8);
        Span<byte> next = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, _state, next, "crux mint next v1"u8);
        next.CopyTo(_state);
    }
}
