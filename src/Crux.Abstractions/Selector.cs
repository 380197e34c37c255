using System.Diagnostics.CodeAnalysis;

namespace Crux;

/// <summary>
/// What a client wants: an api (the best instance wins) or one instance, in a group. Written <c>crux://group/galumph2</c>,
/// <c>crux:///galumph2_3</c> (the flock's own group) or just the last part.
/// </summary>
public sealed record Selector
{
    private Selector(string group, string api, string? version) => (Group, Api, Version) = (group, api, version);

    /// <summary>The group to look in; empty means the flock's own.</summary>
    public string Group { get; }

    /// <summary>The api.</summary>
    public string Api { get; }

    /// <summary>The version, where one instance is wanted; null where the best wins.</summary>
    public string? Version { get; }

    /// <summary>The last part of the written form: <c>galumph2</c> or <c>galumph2_3</c>.</summary>
    public string Name => Version is null ? Api : $"{Api}_{Version}";

    /// <summary>
    /// Parses a selector. A name with a last underscore followed by a digit is an instance, any other is an api
    /// (<c>my_service</c> is an api); a dotted name (<c>ntp2.3</c>) is an instance.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out string? problem)
    {
        selector = null;
        var group = "";
        var name = text ?? "";
        if (name.StartsWith("crux://", StringComparison.OrdinalIgnoreCase))
        {
            var rest = name["crux://".Length..];
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            group = slash < 0 ? "" : rest[..slash];
            name = slash < 0 ? "" : rest[(slash + 1)..];
        }
        if (!NameRules.Holds(name) || (group.Length > 0 && !NameRules.Holds(group)))
        {
            problem = $"'{text}' is not a selector: name an api ('galumph2') or an instance ('galumph2_3'), with 'crux://GROUP/' before it for another group.";
            return false;
        }
        if (!LooksLikeInstance(name))
        {
            selector = new Selector(group, name, null);
            problem = null;
            return true;
        }
        if (!InstanceName.TryParse(name, out var instance, out problem))
            return false;
        selector = new Selector(group, instance.Api, instance.Version);
        return true;
    }

    /// <summary>Makes a selector of its parts, as messages carry them.</summary>
    /// <param name="group">Empty or null means the flock's own.</param>
    /// <param name="api">The api.</param>
    /// <param name="version">Empty or null where the best instance wins.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="problem">What is wrong and what would be right.</param>
    public static bool TryCreate(
        string? group, string? api, string? version, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out string? problem)
    {
        selector = null;
        if (!string.IsNullOrEmpty(group) && !NameRules.Holds(group))
        {
            problem = $"'{group}' is not a group: it needs {NameRules.InWords}.";
            return false;
        }
        if (!NameRules.Holds(api))
        {
            problem = $"'{api}' is not an api: it needs {NameRules.InWords}, such as 'galumph2'.";
            return false;
        }
        if (!string.IsNullOrEmpty(version) && !InstanceName.TryParse($"{api}_{version}", out _, out problem))
            return false;
        selector = new Selector(group ?? "", api!, string.IsNullOrEmpty(version) ? null : version);
        problem = null;
        return true;
    }

    /// <summary>Parses a selector.</summary>
    /// <exception cref="FormatException">The text can't be parsed; the message says why.</exception>
    public static Selector Parse(string text) => TryParse(text, out var selector, out var problem) ? selector : throw new FormatException(problem);

    /// <summary>The written form.</summary>
    public override string ToString() => $"crux://{Group}/{Name}";

    private static bool LooksLikeInstance(string name)
    {
        var cut = name.LastIndexOf('_');
        return cut >= 0 ? cut + 1 < name.Length && char.IsAsciiDigit(name[cut + 1]) : name.Contains('.', StringComparison.Ordinal);
    }
}
