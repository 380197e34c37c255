using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Crux;

/// <summary>A prefix whose addresses may hold nodes: what a node can guess of its neighbourhood.</summary>
/// <param name="First">First address of the range, with port 0.</param>
/// <param name="PrefixLength">8 to 32 of an IPv4 range, 104 to 128 of an IPv6 range.</param>
public readonly record struct AddressRange(NetAddress First, int PrefixLength)
{
    /// <summary>The shortest prefix accepted: wider than 16 million addresses is a typing error.</summary>
    public const int ShortestPrefix = 8;

    /// <inheritdoc cref="ShortestPrefix"/>
    public const int ShortestPrefixV6 = ShortestPrefix + V6Bits - V4Bits;

    /// <summary>How a range is written, for messages.</summary>
    public const string Form = "write it like 10.1.0.0/22, with a prefix length from 8 to 32, or like fd00:1::/118, from 104 to 128";

    private const int V4Bits = 32;
    private const int V6Bits = 128;

    /// <summary>An IPv4 range.</summary>
    /// <param name="first">First address of the range, host order.</param>
    /// <param name="prefixLength">8 to 32.</param>
    public AddressRange(uint first, int prefixLength) : this(NetAddress.V4(first, 0), prefixLength)
    {
    }

    /// <summary>How many addresses the range spans, network and broadcast included.</summary>
    public uint Count => 1u << FreeBits;

    // Bits that tell the range's addresses from each other; 24 at most.
    private int FreeBits => (First.IsV4 ? V4Bits : V6Bits) - PrefixLength;

    /// <summary>The range of the given prefix length that holds <paramref name="address"/>.</summary>
    public static AddressRange Around(NetAddress address, int prefixLength)
    {
        var around = new AddressRange(address.WithPort(0), prefixLength);
        return around with { First = around.First with { Low = address.Low & (ulong.MaxValue << around.FreeBits) } };
    }

    /// <summary>The range of 2^<paramref name="bits"/> addresses that holds <paramref name="address"/>.</summary>
    public static AddressRange Of(NetAddress address, int bits) => Around(address, (address.IsV4 ? V4Bits : V6Bits) - bits);

    /// <summary>The IPv4 range of the given prefix length that holds <paramref name="address"/>, host order.</summary>
    public static AddressRange Around(uint address, int prefixLength) => Around(NetAddress.V4(address, 0), prefixLength);

    /// <summary>Whether <paramref name="address"/> lies in the range, on whatever port.</summary>
    public bool Contains(NetAddress address) => address.High == First.High && address.Low - First.Low < Count;

    /// <summary>The address so many after the first one.</summary>
    /// <param name="place">Below <see cref="Count"/>.</param>
    /// <param name="port">Its port.</param>
    public NetAddress At(uint place, ushort port) => First with { Low = First.Low + place, Port = port };

    /// <summary>Parses <c>10.1.0.0/22</c> or <c>fd00:1::/118</c>; host bits are cleared.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AddressRange range)
    {
        range = default;
        var parts = text?.Split('/') ?? [];
        if (parts.Length != 2
            || !IPAddress.TryParse(parts[0], out var ip) || !NetAddress.IsPlain(ip)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return false;
        var first = NetAddress.From(ip, 0);
        var (shortest, longest) = first.IsV4 ? (ShortestPrefix, V4Bits) : (ShortestPrefixV6, V6Bits);
        if (length < shortest || length > longest)
            return false;
        range = Around(first, length);
        return true;
    }

    /// <summary><c>10.1.0.0/22</c> or <c>fd00:1::/118</c>.</summary>
    public override string ToString() => $"{First.ToIPAddress()}/{PrefixLength}";
}
