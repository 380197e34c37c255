using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Crux;

/// <summary>An IPv4 prefix whose addresses may hold nodes: what a node can guess of its neighbourhood.</summary>
/// <param name="Base">First address of the range, host order.</param>
/// <param name="PrefixLength">8 to 32.</param>
public readonly record struct AddressRange(uint Base, int PrefixLength)
{
    /// <summary>The shortest prefix accepted: wider than 16 million addresses is a typing error.</summary>
    public const int ShortestPrefix = 8;

    /// <summary>How many addresses the range spans, network and broadcast included.</summary>
    public uint Count => PrefixLength == 32 ? 1u : 1u << (32 - PrefixLength);

    /// <summary>The range of the given prefix length that holds <paramref name="address"/>.</summary>
    public static AddressRange Around(uint address, int prefixLength) => new(address & Mask(prefixLength), prefixLength);

    /// <summary>Whether <paramref name="address"/> (IPv4, host order) lies in the range.</summary>
    public bool Contains(uint address) => (address & Mask(PrefixLength)) == Base;

    /// <summary>Parses <c>10.1.0.0/22</c>; host bits are cleared.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AddressRange range)
    {
        range = default;
        var parts = text?.Split('/') ?? [];
        if (parts.Length != 2
            || !IPAddress.TryParse(parts[0], out var ip) || ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length is < ShortestPrefix or > 32)
            return false;
        range = Around(NetAddress.From(ip, 0).V4Bits, length);
        return true;
    }

    /// <summary><c>10.1.0.0/22</c>.</summary>
    public override string ToString() => $"{Base >> 24}.{(Base >> 16) & 255}.{(Base >> 8) & 255}.{Base & 255}/{PrefixLength}";

    private static uint Mask(int prefixLength) => uint.MaxValue << (32 - prefixLength);
}
