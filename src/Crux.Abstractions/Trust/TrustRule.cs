using System.Collections.Immutable;

namespace Crux;

/// <summary>One rule: whether somebody may call somebody, with all methods or some.</summary>
/// <remarks>
/// A method is written <c>Greet</c> (whichever gRPC service it belongs to), <c>galumph.Galumph/Greet</c>, or <c>galumph.Galumph/*</c>. "All
/// methods" leaves out what Crux itself adds to a service, such as <c>crux.v1.Lifecycle/Quit</c>: that has to be named, or denied with the rest.
/// </remarks>
public sealed class TrustRule : IEquatable<TrustRule>, IComparable<TrustRule>
{
    /// <summary>The most methods that one rule names.</summary>
    public const int MaxMethods = 64;

    /// <summary>The longest method, in characters.</summary>
    public const int MaxMethodLength = 200;

    /// <summary>A rule. The order and repetition of methods make no difference.</summary>
    /// <exception cref="ArgumentException">A part breaks its rules.</exception>
    public TrustRule(TrustEffect effect, TrustParty from, TrustParty to, IEnumerable<string> methods)
    {
        (Effect, From, To) = (effect, from, to);
        Methods = [.. methods.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (effect is not (TrustEffect.Allow or TrustEffect.Deny) || !from.IsRight || !to.IsRight || Methods.Length > MaxMethods || Methods.Any(method => !IsMethod(method)))
            throw new ArgumentException("A rule needs an effect, two parties, and methods that are named as gRPC names them.");
    }

    /// <summary>What it does.</summary>
    public TrustEffect Effect { get; }

    /// <summary>Who calls.</summary>
    public TrustParty From { get; }

    /// <summary>Who is called.</summary>
    public TrustParty To { get; }

    /// <summary>Which methods, sorted; empty: all.</summary>
    public ImmutableArray<string> Methods { get; }

    /// <summary>Whether a method may be named like this in a rule.</summary>
    public static bool IsMethod(string? method)
    {
        if (method is not { Length: > 0 and <= MaxMethodLength })
            return false;
        var slash = method.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? IsWord(method)
            : method[..slash].Split('.').All(IsWord) && (method[(slash + 1)..] == TrustParty.Any || IsWord(method[(slash + 1)..]));
    }

    /// <summary>Whether this rule speaks of a call by its method, whoever calls whom.</summary>
    /// <param name="path">As gRPC sends it: <c>/galumph.Galumph/Greet</c>.</param>
    public bool Speaks(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var isOwn = CallerRules.IsOwn(path);
        if (Methods.IsEmpty)
            return Effect == TrustEffect.Deny || !isOwn;
        var full = path.AsSpan(Math.Min(1, path.Length));
        var cut = full.LastIndexOf('/');
        foreach (var method in Methods)
        {
            if (full.SequenceEqual(method)
                || (method.EndsWith("/*", StringComparison.Ordinal) && cut >= 0 && full[..cut].SequenceEqual(method.AsSpan(..^2)))
                || ((!isOwn || Effect == TrustEffect.Deny) && full[(cut + 1)..].SequenceEqual(method)))
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public int CompareTo(TrustRule? other)
    {
        if (other is null)
            return 1;
        var order = To.CompareTo(other.To);
        order = order != 0 ? order : From.CompareTo(other.From);
        order = order != 0 ? order : Effect.CompareTo(other.Effect);
        for (var i = 0; order == 0 && i < Math.Min(Methods.Length, other.Methods.Length); i++)
            order = string.CompareOrdinal(Methods[i], other.Methods[i]);
        return order != 0 ? order : Methods.Length.CompareTo(other.Methods.Length);
    }

    /// <inheritdoc/>
    public bool Equals(TrustRule? other) => other is not null && CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TrustRule);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Effect, From, To, Methods.Length);

    /// <summary>As <c>crux trust</c> writes it.</summary>
    public override string ToString() =>
        $"{(Effect == TrustEffect.Allow ? "allow" : "deny")} {From} {To}{(Methods.IsEmpty ? "" : " " + string.Join(' ', Methods))}";

    private static bool IsWord(string word) =>
        word.Length > 0 && !char.IsAsciiDigit(word[0]) && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
