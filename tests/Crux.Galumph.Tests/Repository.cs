namespace Crux.Galumph.Tests;

/// <summary>The tree that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Crux.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Crux.slnx is in no folder above the tests: run them from within the repository.");
        return folder;
    }
}
