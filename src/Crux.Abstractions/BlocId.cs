namespace Crux;

/// <summary>Names the nodes that will flock together, and no others. Separate blocs never hear each other: the id is key material.</summary>
public readonly record struct BlocId
{
    /// <summary>A bloc id; see <see cref="NameRules"/>.</summary>
    /// <exception cref="FormatException">The name breaks the rule.</exception>
    public BlocId(string name) =>
        Name = NameRules.Holds(name) ? name : throw new FormatException($"'{name}' is not a bloc id: it needs {NameRules.InWords}.");

    /// <summary>The id as text.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
