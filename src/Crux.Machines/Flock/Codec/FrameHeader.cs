using System.Buffers.Binary;

namespace Crux.Machines.Flock.Codec;

/// <summary>The first 20 bytes of every datagram, in the clear and authenticated.</summary>
/// <param name="Version">Of the protocol.</param>
/// <param name="Form">Low bit: bound to one receiver. The other bits name the key tier, 0 for join.</param>
/// <param name="FlockTag">Tells flocks apart before anything is decrypted.</param>
/// <param name="Generation">Of the key; 0 in the join tier.</param>
/// <param name="Salt">The sender's boot salt.</param>
/// <param name="Counter">The sender's frame counter, 48 bits: the nonce.</param>
internal readonly record struct FrameHeader(byte Version, byte Form, ushort FlockTag, ushort Generation, ulong Salt, ulong Counter)
{
    public const int SizeBytes = 20;
    public const int OverheadBytes = SizeBytes + Keys.IFrameCipher.TagBytes;
    public const int MaxPayloadBytes = IConfab.MaxDatagramBytes - OverheadBytes;
    public const byte CurrentVersion = 1;
    public const byte BoundForm = 1;
    public const byte UnboundForm = 0;
    public const ulong MaxCounter = (1UL << 48) - 1;

    public bool IsBound => Form == BoundForm;

    /// <summary>Whether this node reads such frames at all.</summary>
    public bool IsKnown => Version == CurrentVersion && Form <= BoundForm && Generation == 0;

    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        source[0],
        source[1],
        BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
        BinaryPrimitives.ReadUInt64BigEndian(source[6..]),
        BinaryPrimitives.ReadUInt64BigEndian(source[12..]) & MaxCounter);

    public void Write(Span<byte> target)
    {
        // The counter first: its upper two bytes lie where the salt's last two go.
        BinaryPrimitives.WriteUInt64BigEndian(target[12..], Counter);
        BinaryPrimitives.WriteUInt64BigEndian(target[6..], Salt);
        target[0] = Version;
        target[1] = Form;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], FlockTag);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], Generation);
    }
}
