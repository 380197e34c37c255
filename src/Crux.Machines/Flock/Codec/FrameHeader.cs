using System.Buffers.Binary;

namespace Crux.Machines.Flock.Codec;

/// <summary>The first 20 bytes of every datagram, in the clear and authenticated.</summary>
/// <param name="Version">Of the protocol.</param>
/// <param name="Form">Bit 0: bound to one receiver. Bit 1: sealed with a transient key, else with the join key. Bits 2 to 7: the epoch's lowest; bit 7 of a hello: a beacon follows.</param>
/// <param name="FlockTag">Tells flocks apart before anything is decrypted.</param>
/// <param name="Generation">The tag of the generation that the transient key comes from; 0 in the join tier.</param>
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
    public const byte TransientForm = 2;

    /// <summary>Unbound, in the join tier, with a beacon behind the frame whose last byte is its length.</summary>
    public const byte BeaconForm = 0x80;

    /// <summary>How many of an epoch's bits a frame carries: the receiver knows the rest, or could not open it anyway.</summary>
    public const int EpochBits = 6;

    public const ulong MaxCounter = (1UL << 48) - 1;

    public bool IsBound => (Form & BoundForm) != 0;

    public bool IsTransient => (Form & TransientForm) != 0;

    /// <summary>The lowest bits of the epoch; 0 in the join tier.</summary>
    public int EpochLow => Form >> 2;

    /// <summary>Whether this node reads such frames at all. Every transient frame is bound.</summary>
    public bool IsKnown => Version == CurrentVersion && (IsTransient ? IsBound : (Form is BoundForm or UnboundForm or BeaconForm) && Generation == 0);

    public static byte FormOf(long epoch) => (byte)(BoundForm | TransientForm | (byte)(epoch << 2));

    /// <summary>The beacon behind a frame; empty where there is none.</summary>
    public ReadOnlySpan<byte> BeaconOf(ReadOnlySpan<byte> datagram) =>
        Form == BeaconForm && datagram.Length - OverheadBytes > datagram[^1] ? datagram[^datagram[^1]..] : default;

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
