namespace Crux.Simulator.Scenarios;

/// <summary>The scenarios that ship: the files of the folder scenarios/.</summary>
public static class ScenarioLibrary
{
    private const string Folder = "scenarios/";
    private const string Ending = ".json";

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(ScenarioLibrary).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Ending.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>One of <see cref="Names"/>.</summary>
    /// <exception cref="ScenarioException">There is none of that name.</exception>
    public static ScenarioFile Read(string name)
    {
        using var stream = typeof(ScenarioLibrary).Assembly.GetManifestResourceStream(Folder + name + Ending)
            ?? throw new ScenarioException($"No scenario '{name}' ships. Those that do: {string.Join(", ", Names)}.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return ScenarioReader.Read(name + Ending, memory.GetBuffer().AsSpan(0, (int)memory.Length));
    }
}
