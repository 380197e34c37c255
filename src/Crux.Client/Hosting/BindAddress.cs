using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Crux.Client.Hosting;

/// <summary>Where a service listens, as its owner writes it.</summary>
internal static class BindAddress
{
    private const string Every = "*:";

    /// <summary>Reads an address and a port, such as <c>*:0</c>, <c>10.1.0.7:8443</c> or <c>[fd00:1::7]:8443</c>.</summary>
    /// <remarks><c>*</c> is every address of this machine, of IPv6 and IPv4 alike, where the system knows both.</remarks>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        if (text.StartsWith(Every, StringComparison.Ordinal))
            text = $"{(Socket.OSSupportsIPv6 ? "[::]" : "0.0.0.0")}:{text[Every.Length..]}";
        address = null;
        return text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out address);
    }

    /// <summary>The same of what was looked at before.</summary>
    public static IPEndPoint Parse(string text) => TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no address and port.");
}
