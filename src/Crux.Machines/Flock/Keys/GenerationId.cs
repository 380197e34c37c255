using System.Buffers.Binary;
using System.Security.Cryptography;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Keys;

/// <summary>Names one generation of the flock's secondary key without giving it away.</summary>
/// <param name="Lineage">The flock's history in which it was minted.</param>
/// <param name="Term">The fenced leader's term then.</param>
/// <param name="Number">One above every number known then; for people.</param>
/// <param name="Check">A hash of the key: who hands over another key under this name is found out.</param>
internal readonly record struct GenerationId(UInt128 Lineage, ulong Term, uint Number, UInt128 Check)
{
    public const int SizeBytes = 16 + 8 + 4 + 16;

    /// <summary>What frames carry to name the key that opens them; 0 is the join tier.</summary>
    public ushort Tag => (ushort)(Check >> 112);

    public bool IsNone => Check == UInt128.Zero;

    public static GenerationId Of(UInt128 lineage, ulong term, uint number, ReadOnlySpan<byte> secret)
    {
        Span<byte> text = stackalloc byte[32 + 28 + Generation.SecretBytes];
        text.Clear();
        "crux generation v1"u8.CopyTo(text);
        BinaryPrimitives.WriteUInt128BigEndian(text[32..], lineage);
        BinaryPrimitives.WriteUInt64BigEndian(text[48..], term);
        BinaryPrimitives.WriteUInt32BigEndian(text[56..], number);
        secret.CopyTo(text[60..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        CryptographicOperations.ZeroMemory(text);
        return new GenerationId(lineage, term, number, BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    public void Write(ref WireWriter writer)
    {
        writer.UInt128(Lineage);
        writer.UInt64(Term);
        writer.UInt32(Number);
        writer.UInt128(Check);
    }

    public static GenerationId Read(ref WireReader reader) => new(
        reader.UInt128(), reader.UInt64(), reader.UInt32(), reader.UInt128());
}
