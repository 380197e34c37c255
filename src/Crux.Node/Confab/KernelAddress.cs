using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>An address as Linux's sockets take it, read and written in place: struct sockaddr_in (ip(7)) and sockaddr_in6 (ipv6(7)).</summary>
internal static class KernelAddress
{
    private const int PortOffset = 2;
    private const int V4Offset = 4, V4SizeBytes = 16;
    private const int V6Offset = 8, V6SizeBytes = 28;

    /// <summary>Room for an address of a family. Flow and scope of IPv6 stay zero.</summary>
    public static SocketAddress Empty(AddressFamily family) => new(family, family == AddressFamily.InterNetwork ? V4SizeBytes : V6SizeBytes);

    /// <summary>Writes an address of the family that the room was made for.</summary>
    public static void Write(SocketAddress room, NetAddress address)
    {
        var bytes = room.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], address.Port);
        if (room.Family == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[V4Offset..], address.V4Bits);
            return;
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes[V6Offset..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(V6Offset + sizeof(ulong))..], address.Low);
    }

    /// <summary>Reads what the kernel wrote.</summary>
    public static NetAddress Read(SocketAddress filled)
    {
        var bytes = filled.Buffer.Span;
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return filled.Family == AddressFamily.InterNetwork
            ? NetAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes[V4Offset..]), port)
            : new NetAddress(BinaryPrimitives.ReadUInt64BigEndian(bytes[V6Offset..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[(V6Offset + sizeof(ulong))..]), port);
    }
}
