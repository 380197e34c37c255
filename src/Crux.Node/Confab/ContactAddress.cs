using System.Net;
using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>The address of one other node, as an operator writes it.</summary>
internal static class ContactAddress
{
    private const string Form = "write it like 10.1.0.7 or 10.1.0.7:23123, with Crux:Contacts or --contact";

    private const uint FirstMulticast = 0xE000_0000;

    /// <summary>Reads <c>10.1.0.7</c>, whose port is 0, or <c>10.1.0.7:23123</c>.</summary>
    /// <returns>What is wrong with it, in a sentence; null where nothing is.</returns>
    public static string? FindProblem(string? text, out NetAddress contact)
    {
        contact = default;
        if (!IPEndPoint.TryParse(text ?? "", out var endpoint))
            return $"'{text}' is not an address of another node: {Form}. Names are not looked up.";
        if (endpoint.AddressFamily != AddressFamily.InterNetwork)
            return $"'{text}' is an IPv6 address, and nodes speak IPv4 with each other: {Form}.";
        var parsed = NetAddress.From(endpoint);
        // "23123" and "10.1" read as addresses too; nobody means those.
        if (text!.Count(letter => letter == '.') != 3 || parsed.V4Bits is 0 or >= FirstMulticast)
            return $"'{text}' is not the IPv4 address of one machine: {Form}.";
        contact = parsed;
        return null;
    }
}
