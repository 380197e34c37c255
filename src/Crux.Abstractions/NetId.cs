using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Crux;

/// <summary>Where a service point is, for people: a node's name and a port, <c>node345:1234</c>.</summary>
public readonly record struct NetId(string Node, int Port)
{
    /// <summary>Parses <c>node345:1234</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NetId id)
    {
        id = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0
            || !NameRules.Holds(text![..colon])
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        id = new NetId(text[..colon], port);
        return true;
    }

    /// <summary><c>node345:1234</c>.</summary>
    public override string ToString() => $"{Node}:{Port}";
}
