using System.Net;

namespace Crux.Node.Confab;

/// <summary>The address of one other node, as an operator writes it.</summary>
internal static class ContactAddress
{
    private const string Form = "write it like 10.1.0.7, 10.1.0.7:23123 or [fd00:1::7]:23123, with Crux:Contacts or --contact";

    private const uint FirstMulticast = 0xE000_0000;

    /// <summary>Reads <c>10.1.0.7</c> or <c>fd00:1::7</c>, whose port is 0, or the same with a port.</summary>
    /// <returns>What is wrong with it, in a sentence; null where nothing is.</returns>
    public static string? FindProblem(string? text, out NetAddress contact)
    {
        contact = default;
        if (!IPEndPoint.TryParse(text ?? "", out var endpoint))
            return $"'{text}' is not an address of another node: {Form}. Names are not looked up.";
        var parsed = NetAddress.From(endpoint);
        if (!NetAddress.IsPlain(endpoint.Address))
            return $"'{text}' is an IPv6 address of one link, or an IPv4 address in the form of one, and a flock needs such as mean the same on all machines: {Form}.";
        // "23123" and "10.1" read as addresses too; nobody means those.
        if ((parsed.IsV4 && (text!.Count(letter => letter == '.') != 3 || parsed.V4Bits >= FirstMulticast)) || parsed.IsAny || parsed.IsMulticast)
            return $"'{text}' is not the address of one machine: {Form}.";
        contact = parsed;
        return null;
    }
}
