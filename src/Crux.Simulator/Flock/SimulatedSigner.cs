using System.Buffers.Binary;
using Crux.Machines.Flock.Keys;
using Crux.Simulator.Time;

namespace Crux.Simulator.Flock;

/// <summary>
/// Signs and seals with a hash that anybody could make: a simulation tests what nodes do with good and bad signatures, not how hard forging is.
/// </summary>
public sealed class SimulatedSigner : INodeSigner
{
    /// <summary>As long as a P-256 key in SubjectPublicKeyInfo form, so that datagrams have their true sizes.</summary>
    public const int PublicKeyBytes = 91;

    /// <summary>The signer of the node that <paramref name="seed"/> stands for.</summary>
    public SimulatedSigner(ulong seed)
    {
        var key = new byte[PublicKeyBytes];
        new Machines.SeededRandom(seed).Fill(key);
        PublicKey = key;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => Make(PublicKey.Span, message, signature[..INodeSigner.SignatureBytes]);

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> right = stackalloc byte[INodeSigner.SignatureBytes];
        Make(publicKey, message, right);
        return signature.SequenceEqual(right);
    }

    /// <inheritdoc/>
    public bool TrySeal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> sealedText)
    {
        text.CopyTo(sealedText[..^INodeSealer.OverheadBytes]);
        return publicKey.Length == PublicKeyBytes && Make(publicKey, associated, text, sealedText[^INodeSealer.OverheadBytes..]);
    }

    /// <inheritdoc/>
    public bool TryUnseal(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, Span<byte> text)
    {
        if (sealedText.Length != text.Length + INodeSealer.OverheadBytes)
            return false;
        Span<byte> right = stackalloc byte[INodeSealer.OverheadBytes];
        Make(PublicKey.Span, associated, sealedText[..text.Length], right);
        sealedText[..text.Length].CopyTo(text);
        return sealedText[text.Length..].SequenceEqual(right);
    }

    private static bool Make(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> seal)
    {
        var hash = new TraceHash();
        hash.Add(associated);
        hash.Add(text);
        Span<byte> digest = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(digest, hash.Value);
        Make(publicKey, digest, seal);
        return true;
    }

    private static void Make(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var hash = new TraceHash();
        hash.Add(publicKey);
        hash.Add(message);
        for (var i = 0; i < signature.Length; i += sizeof(ulong))
        {
            hash.Add((ulong)i);
            BinaryPrimitives.WriteUInt64LittleEndian(signature[i..], hash.Value);
        }
    }
}
