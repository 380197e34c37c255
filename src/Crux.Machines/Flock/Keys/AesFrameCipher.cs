using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>AES-256-GCM with a tag of 16 bytes.</summary>
public sealed class AesFrameCipher(ReadOnlySpan<byte> key) : IFrameCipher
{
    // The length of the tag is pinned: AesGcm would take truncated ones otherwise.
    private readonly AesGcm _aes = new(key, IFrameCipher.TagBytes);

    /// <inheritdoc/>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, Span<byte> text, Span<byte> tag) =>
        _aes.Encrypt(nonce, text, text, tag, associated);

    /// <inheritdoc/>
    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text)
    {
        try
        {
            _aes.Decrypt(nonce, sealedText, tag, text, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();
}
