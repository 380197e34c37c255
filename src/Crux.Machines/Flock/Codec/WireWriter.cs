using System.Buffers.Binary;
using System.Text;

namespace Crux.Machines.Flock.Codec;

/// <summary>Writes fields to a span, big-endian. The caller looks at <see cref="Room"/> first; too little of it is a bug and throws.</summary>
internal ref struct WireWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    public int Length { get; private set; }

    public readonly int Room => _target.Length - Length;

    public readonly Span<byte> Written => _target[..Length];

    public void Byte(byte value) => _target[Length++] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Next(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Next(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Next(8), value);

    public void UInt128(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Next(16), value);

    /// <summary>Seven bits a byte, low ones first; at most five bytes.</summary>
    public void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Bytes(scoped ReadOnlySpan<byte> value) => value.CopyTo(Next(value.Length));

    public void Id(NodeId id) => id.Write(Next(NodeId.SizeBytes));

    public void Address(NetAddress address)
    {
        if (address.IsV4)
        {
            Byte(WireFormat.FamilyV4);
            UInt32(address.V4Bits);
        }
        else
        {
            Byte(WireFormat.FamilyV6);
            UInt64(address.High);
            UInt64(address.Low);
        }
        UInt16(address.Port);
    }

    /// <summary>One byte of length, then UTF-8.</summary>
    public void Text(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        Byte(checked((byte)size));
        Encoding.UTF8.GetBytes(text, Next(size));
    }

    /// <summary>Takes room for <paramref name="count"/> bytes and gives it to the caller to fill.</summary>
    public Span<byte> Next(int count)
    {
        var span = _target.Slice(Length, count);
        Length += count;
        return span;
    }
}
