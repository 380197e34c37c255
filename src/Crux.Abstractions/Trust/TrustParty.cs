using System.Diagnostics.CodeAnalysis;

namespace Crux;

/// <summary>
/// Whom a rule speaks of: a service or a client by name, in a group. The name is an api (<c>galumph2</c>: all its instances), one
/// instance (<c>galumph2_3</c>), what a client calls itself, or <c>*</c>.
/// </summary>
/// <param name="Group">A group's name, or <c>*</c>.</param>
/// <param name="Name">A name, or <c>*</c>.</param>
public readonly record struct TrustParty(string Group, string Name) : IComparable<TrustParty>
{
    /// <summary>Stands for every group, or every name.</summary>
    public const string Any = "*";

    /// <summary>Whether it names somebody, and not just everybody.</summary>
    public bool IsNamed => Name != Any;

    /// <summary>Whether group and name are what they may be.</summary>
    public bool IsRight => Holds(Group) && Holds(Name);

    /// <summary>The api of an instance's name, <c>galumph2</c> of <c>galumph2_3</c>; null where the name doesn't end in an underscore and a version that begins with a digit.</summary>
    public static string? ApiOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var cut = name.LastIndexOf('_');
        return cut > 0 && cut + 1 < name.Length && char.IsAsciiDigit(name[cut + 1]) ? name[..cut] : null;
    }

    /// <summary>Reads <c>NAME</c> or <c>GROUP/NAME</c>.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="ownGroup">The group where none is written.</param>
    /// <param name="party">Who is meant.</param>
    /// <param name="problem">What is wrong, and what would be right.</param>
    public static bool TryParse(string? text, string ownGroup, out TrustParty party, [NotNullWhen(false)] out string? problem)
    {
        var slash = (text ?? "").IndexOf('/', StringComparison.Ordinal);
        party = slash < 0 ? new(ownGroup, text ?? "") : new(text![..slash], text[(slash + 1)..]);
        problem = party.IsRight ? null : $"'{text}' names nobody: write an api ('galumph2'), an instance ('galumph2_3'), a client's name or '*', with 'GROUP/' before it for another group.";
        return problem is null;
    }

    /// <summary>Whether this speaks of somebody.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="name">Its name.</param>
    /// <param name="api">Its api; null where it is of none.</param>
    public bool Covers(string group, string name, string? api) =>
        (Group == Any || Group == group) && (Name == Any || Name == name || (api is not null && Name == api));

    /// <inheritdoc/>
    public int CompareTo(TrustParty other)
    {
        var order = string.CompareOrdinal(Name, other.Name);
        return order != 0 ? order : string.CompareOrdinal(Group, other.Group);
    }

    /// <summary>The written form: <c>GROUP/NAME</c>.</summary>
    public override string ToString() => $"{Group}/{Name}";

    private static bool Holds(string? part) => part == Any || NameRules.Holds(part);
}
