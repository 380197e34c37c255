using System.Buffers.Binary;
using Crux.Machines.Flock.Keys;
using Crux.Simulator.Time;

namespace Crux.Simulator.Flock;

/// <summary>
/// Signs with a hash that anybody could make: a simulation tests what nodes do with good and bad signatures, not how hard forging is.
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
