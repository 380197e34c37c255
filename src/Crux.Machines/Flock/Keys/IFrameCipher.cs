namespace Crux.Machines.Flock.Keys;

/// <summary>One sender's key: seals and opens frames. AES-256-GCM in a daemon; big simulations may take something cheaper.</summary>
public interface IFrameCipher : IDisposable
{
    /// <summary>Length of every tag. Pinned: a shorter tag would be easier to guess.</summary>
    const int TagBytes = 16;

    /// <summary>Length of every nonce.</summary>
    const int NonceBytes = 12;

    /// <summary>Encrypts <paramref name="text"/> in place and writes its tag.</summary>
    void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, Span<byte> text, Span<byte> tag);

    /// <summary>
    /// Decrypts <paramref name="sealedText"/> into <paramref name="text"/>, of the same length; false where the tag does not fit. Never throws
    /// for what the network sends.
    /// </summary>
    bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text);
}
