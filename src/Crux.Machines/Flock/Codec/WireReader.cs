using System.Buffers.Binary;

namespace Crux.Machines.Flock.Codec;

/// <summary>
/// Reads fields from bytes that a stranger wrote. Reading past the end gives zeros and sets <see cref="Failed"/>, which stays
/// set: callers check once, at the end, and never before they act.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public bool Failed { get; private set; }

    public readonly int Left => _rest.Length;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>What was read makes no sense.</summary>
    public void Fail() => Failed = true;

    /// <summary>The next byte, which stays; 255 at the end.</summary>
    public readonly byte Peek() => _rest.IsEmpty ? byte.MaxValue : _rest[0];

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public ushort UInt16() => Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;

    public uint UInt32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;

    public ulong UInt64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;

    public UInt128 UInt128() => Take(16) is { Length: 16 } bytes ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : 0;

    /// <summary>A number below 2^34, in five bytes at most.</summary>
    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Byte();
            if (shift == 28 && next > 0x3F)
                break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        Failed = true;
        return 0;
    }

    public NodeId Id() => Take(NodeId.SizeBytes) is { Length: NodeId.SizeBytes } bytes ? NodeId.Read(bytes) : default;

    public NetAddress Address()
    {
        switch (Byte())
        {
            case WireFormat.FamilyV4:
                return NetAddress.V4(UInt32(), UInt16());
            case WireFormat.FamilyV6:
                return new NetAddress(UInt64(), UInt64(), UInt16());
            default:
                Failed = true;
                return default;
        }
    }

    /// <summary>UTF-8 with one byte of length. Bytes that are no UTF-8, or hold control characters, fail: the text ends up on terminals.</summary>
    public string Text(int maxBytes)
    {
        var bytes = Take(Byte());
        Span<char> characters = stackalloc char[byte.MaxValue];
        if (bytes.Length > maxBytes
            || System.Text.Unicode.Utf8.ToUtf16(bytes, characters, out _, out var length, replaceInvalidSequences: false) != System.Buffers.OperationStatus.Done)
        {
            Failed = true;
            return "";
        }
        foreach (var character in characters[..length])
            Failed |= char.IsControl(character);
        return Failed ? "" : new string(characters[..length]);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || count > _rest.Length)
        {
            Failed = true;
            return default;
        }
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
