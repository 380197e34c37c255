using System.Buffers.Binary;

namespace Crux.Machines.Registry;

/// <summary>SHA-256 over the SubjectPublicKeyInfo that a service point shows in TLS, as a value.</summary>
public readonly record struct KeyHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Length on the wire.</summary>
    public const int SizeBytes = 32;

    /// <summary>Whether there is none: no key has this hash.</summary>
    public bool IsNone => this == default;

    /// <summary>Reads a hash of exactly 32 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out KeyHash hash)
    {
        hash = default;
        if (source.Length != SizeBytes)
            return false;
        hash = new(
            BinaryPrimitives.ReadUInt64BigEndian(source),
            BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[24..]));
        return true;
    }

    /// <summary>The hash as 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[SizeBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), D);
        return bytes;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";
}
