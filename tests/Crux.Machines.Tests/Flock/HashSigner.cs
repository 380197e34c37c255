using System.Security.Cryptography;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

/// <summary>Signs with a hash over public key and message: anybody could, and nobody in a test does. Gives the same bytes every time.</summary>
internal sealed class HashSigner(byte[] publicKey) : INodeSigner
{
    public ReadOnlyMemory<byte> PublicKey { get; } = publicKey;

    public static HashSigner For(ulong identity)
    {
        var key = new byte[91];
        new SeededRandom(identity).Fill(key);
        return new HashSigner(key);
    }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => Compute(PublicKey.Span, message, signature);

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[INodeSigner.SignatureBytes];
        Compute(publicKey, message, expected);
        return expected.SequenceEqual(signature);
    }

    public bool TrySeal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> sealedText)
    {
        text.CopyTo(sealedText);
        Span<byte> seal = sealedText[text.Length..];
        seal.Clear();
        return HMACSHA256.TryHashData(publicKey, (byte[])[.. associated, .. text], seal, out _);
    }

    public bool TryUnseal(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, Span<byte> text)
    {
        Span<byte> right = stackalloc byte[sealedText.Length];
        if (sealedText.Length != text.Length + INodeSealer.OverheadBytes)
            return false;
        sealedText[..text.Length].CopyTo(text);
        TrySeal(PublicKey.Span, associated, text, right);
        return right.SequenceEqual(sealedText);
    }

    private static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        signature[..INodeSigner.SignatureBytes].Clear();
        HMACSHA256.HashData(key, message, signature);
    }
}
