using System.Diagnostics.CodeAnalysis;

namespace Crux;

/// <summary>
/// The name of a version of an api: <c>ntp2_3</c> is api <c>ntp2</c>, version <c>3</c>. The api part is opaque; the version is
/// what follows the last underscore, in segments parted by dots (<c>ntp2_3.1</c>). Where a name has no underscore, its first
/// dot parts api and version: <c>ntp2.3</c> reads as <c>ntp2_3</c>.
/// </summary>
/// <remarks>Order: by api, ordinally, then segment by segment; runs of digits compare as numbers, so <c>ntp2_10</c> is newer than <c>ntp2_9</c>.</remarks>
public sealed class InstanceName : IComparable<InstanceName>, IEquatable<InstanceName>
{
    private InstanceName(string api, string version) => (Api, Version) = (api, version);

    /// <summary>The api: every instance of it speaks the same protocol.</summary>
    public string Api { get; }

    /// <summary>The version, segments parted by dots.</summary>
    public string Version { get; }

    /// <summary>Parses an instance name; <paramref name="problem"/> says what is wrong and what would be right.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out InstanceName? name, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        if (!NameRules.Holds(text))
        {
            problem = $"'{text}' is not an instance name: it needs {NameRules.InWords}, such as 'galumph2_3'.";
            return false;
        }
        var cut = text!.LastIndexOf('_');
        if (cut < 0)
            cut = text.IndexOf('.', StringComparison.Ordinal);
        if (cut <= 0 || cut == text.Length - 1)
        {
            problem = $"'{text}' has no version: write api, underscore, version, such as '{text.TrimEnd('_', '.')}_1'.";
            return false;
        }
        var version = text[(cut + 1)..];
        if (version.Split('.').Any(segment => segment.Length == 0 || segment.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-')))
        {
            problem = $"'{text}' has version '{version}', which can't be compared: segments of letters, digits and dashes, parted by single dots, such as '3' or '3.1'.";
            return false;
        }
        name = new InstanceName(text[..cut], version);
        problem = null;
        return true;
    }

    /// <summary>Parses an instance name.</summary>
    /// <exception cref="FormatException">The name can't be parsed; the message says why.</exception>
    public static InstanceName Parse(string text) => TryParse(text, out var name, out var problem) ? name : throw new FormatException(problem);

    /// <summary>Compares two versions segment by segment, runs of digits as numbers. A longer version is the newer one where all else is equal.</summary>
    public static int CompareVersions(string left, string right)
    {
        var a = left.Split('.');
        var b = right.Split('.');
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = CompareSegments(a[i], b[i]);
            if (order != 0)
                return order;
        }
        return a.Length.CompareTo(b.Length);
    }

    private static int CompareSegments(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (left.Length > 0 && right.Length > 0)
        {
            int order;
            if (char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0]))
            {
                var a = TakeDigits(ref left);
                var b = TakeDigits(ref right);
                // Longer without leading zeros is larger: numbers of any length compare without overflow.
                order = a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.CompareTo(b, StringComparison.Ordinal);
            }
            else
            {
                order = left[0].CompareTo(right[0]);
                left = left[1..];
                right = right[1..];
            }
            if (order != 0)
                return order;
        }
        return left.Length.CompareTo(right.Length);
    }

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits.TrimStart('0');
    }

    /// <inheritdoc/>
    public int CompareTo(InstanceName? other)
    {
        if (other is null)
            return 1;
        var order = string.CompareOrdinal(Api, other.Api);
        return order != 0 ? order : CompareVersions(Version, other.Version);
    }

    /// <inheritdoc/>
    public bool Equals(InstanceName? other) => other is not null && Api == other.Api && Version == other.Version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as InstanceName);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Api, Version);

    /// <summary>The canonical form: <c>ntp2_3</c>.</summary>
    public override string ToString() => $"{Api}_{Version}";
}
