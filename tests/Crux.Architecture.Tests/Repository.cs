namespace Crux.Architecture.Tests;

/// <summary>The tree that these tests were built from, as files.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", ".git", "artifacts", "TestResults", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release: the one that these tests run in.</summary>
    public static string Configuration { get; } =
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;

    /// <summary>Every file, relative to the root, in one fixed order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];

    /// <summary>C# that people wrote, in <c>src</c>, <c>tests</c>, <c>samples</c> and <c>bench</c>.</summary>
    public static IEnumerable<string> Sources(params string[] tops) =>
        Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && (tops.Length == 0 || tops.Any(top => file.StartsWith(top + "/", StringComparison.Ordinal))));

    public static IEnumerable<string> Projects => Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static bool Exists(string file) => Path.Exists(Path.Combine(Root, file));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
            yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            if (NotOurs.Contains(Path.GetFileName(inner)))
                continue;
            foreach (var file in Walk(inner))
                yield return file;
        }
    }

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Crux.slnx")))
                return folder;
        }
        throw new InvalidOperationException("Crux.slnx is in no folder above the tests: run them from within the repository.");
    }
}
