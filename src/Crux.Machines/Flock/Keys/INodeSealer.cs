namespace Crux.Machines.Flock.Keys;

/// <summary>Seals what one node alone may read, and opens what was sealed to this one: P-256 in a daemon, a hash in a simulation.</summary>
public interface INodeSealer
{
    /// <summary>What sealing adds: an ephemeral point (64) and a tag (16).</summary>
    const int OverheadBytes = 64 + IFrameCipher.TagBytes;

    /// <summary>
    /// Seals <paramref name="text"/> to the holder of <paramref name="publicKey"/> (SubjectPublicKeyInfo, DER); false where that is no
    /// usable key. Never throws for what the network sends.
    /// </summary>
    bool TrySeal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> sealedText);

    /// <summary>Opens what was sealed to this node; false where it was not, or was changed. Never throws for what the network sends.</summary>
    bool TryUnseal(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, Span<byte> text);
}
