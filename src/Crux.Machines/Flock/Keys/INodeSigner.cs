namespace Crux.Machines.Flock.Keys;

/// <summary>What a node does with its key: signs, checks what others signed, opens what was sealed to it. P-256 in a daemon, a hash in a simulation.</summary>
public interface INodeSigner : INodeSealer
{
    /// <summary>Length of every signature: ECDSA P-256 in IEEE P1363 form.</summary>
    const int SignatureBytes = 64;

    /// <summary>This node's public key (SubjectPublicKeyInfo, DER).</summary>
    ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Signs <paramref name="message"/> with this node's key into the first 64 bytes of <paramref name="signature"/>.</summary>
    void Sign(ReadOnlySpan<byte> message, Span<byte> signature);

    /// <summary>Whether the holder of <paramref name="publicKey"/> signed <paramref name="message"/>. Never throws: the bytes come from the network.</summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
