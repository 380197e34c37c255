using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Crux;

/// <summary>
/// An IP address and a port as one comparable value that allocates nothing. IPv4 is held as ::ffff:a.b.c.d,
/// so one order covers both families.
/// </summary>
public readonly record struct NetAddress(ulong High, ulong Low, ushort Port) : IComparable<NetAddress>
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    /// <summary>An IPv4 address given in host order: 127.0.0.1 is 0x7F000001.</summary>
    public static NetAddress V4(uint address, ushort port) => new(0, MappedPrefix | address, port);

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsV4 => High == 0 && Low >> 32 == MappedPrefix >> 32;

    /// <summary>The IPv4 address in host order; meaningless unless <see cref="IsV4"/>.</summary>
    public uint V4Bits => (uint)Low;

    /// <summary>The framework's name for what kind of address this is.</summary>
    public AddressFamily Family => IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    /// <summary>The same in people's words.</summary>
    public string FamilyName => IsV4 ? "IPv4" : "IPv6";

    /// <summary>0.0.0.0 or ::, which stand for every address of a machine.</summary>
    public bool IsAny => High == 0 && Low is 0 or MappedPrefix;

    /// <summary>127.0.0.0/8 or ::1: this machine itself.</summary>
    public bool IsLoopback => IsV4 ? V4Bits >> 24 == 127 : High == 0 && Low == 1;

    /// <summary>169.254.0.0/16 or fe80::/10: what a machine gives itself, for one link only.</summary>
    public bool IsLinkLocal => IsV4 ? V4Bits >> 16 == 0xA9FE : High >> 54 == 0x3FA;

    /// <summary>224.0.0.0/4 or ff00::/8: many machines at once.</summary>
    public bool IsMulticast => IsV4 ? V4Bits >> 28 == 0xE : High >> 56 == 0xFF;

    /// <summary>The same host, another port.</summary>
    public NetAddress WithPort(ushort port) => this with { Port = port };

    /// <summary>Converts from the framework's type.</summary>
    public static NetAddress From(IPEndPoint endpoint) => From(endpoint.Address, (ushort)endpoint.Port);

    /// <summary>Converts from the framework's type.</summary>
    public static NetAddress From(IPAddress address, ushort port)
    {
        Span<byte> bytes = stackalloc byte[16];
        (address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address).TryWriteBytes(bytes, out _);
        return new(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            port);
    }

    /// <summary>Whether an address means the same on all machines: it is none of IPv6 that belongs to one link (fe80::/10, or with a zone), nor an IPv4 address in the form of one.</summary>
    public static bool IsPlain(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork || !(address.IsIPv4MappedToIPv6 || address.IsIPv6LinkLocal || address.ScopeId != 0);

    /// <summary>Converts to the framework's type; allocates.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return IsV4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    /// <summary>Converts to the framework's type; allocates.</summary>
    public IPEndPoint ToEndPoint() => new(ToIPAddress(), Port);

    /// <summary>Parses <c>10.0.0.1:23123</c> or <c>[::1]:23123</c>; a missing port reads as 0.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NetAddress address)
    {
        address = default;
        if (text is null || !IPEndPoint.TryParse(text, out var endpoint))
            return false;
        address = From(endpoint);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(NetAddress other)
    {
        var order = High.CompareTo(other.High);
        if (order == 0)
            order = Low.CompareTo(other.Low);
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    /// <summary><c>10.0.0.1:23123</c> or <c>[::1]:23123</c>.</summary>
    public override string ToString() =>
        IsV4 ? $"{V4Bits >> 24}.{(V4Bits >> 16) & 255}.{(V4Bits >> 8) & 255}.{V4Bits & 255}:{Port}" : ToEndPoint().ToString();
}
