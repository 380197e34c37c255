namespace Crux;

/// <summary>What every name in Crux may look like: 1 to 64 characters of a-z, A-Z, 0-9, dash, underscore and dot, starting with a letter or digit.</summary>
public static class NameRules
{
    /// <summary>The longest name.</summary>
    public const int MaxLength = 64;

    /// <summary>The rule in words, for error messages.</summary>
    public const string InWords = "1 to 64 characters of a-z, A-Z, 0-9, '-', '_' and '.', starting with a letter or digit";

    /// <summary>Whether <paramref name="name"/> keeps the rule.</summary>
    public static bool Holds(string? name)
    {
        if (name is not { Length: > 0 and <= MaxLength } || !char.IsAsciiLetterOrDigit(name[0]))
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        }
        return true;
    }
}
