namespace Crux.System.Tests.Lab;

/// <summary>Where the solution's executables lie: beside the project that is running, built in the same configuration.</summary>
internal static class Programs
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Root { get; } = FindRoot();

    /// <summary>A build of fulcrum to take instead of the one beside the tests: what goes onto machines, say.</summary>
    public const string FulcrumVariable = "CRUX_FULCRUM";

    public static string Fulcrum { get; } = Environment.GetEnvironmentVariable(FulcrumVariable) is { Length: > 0 } chosen ? chosen : Installed("src/Crux.Daemon", "fulcrum");

    public static string CruxCli { get; } = Installed("src/Crux.Cli", "crux");

    public static string Load { get; } = Installed("tests/Crux.System.Load", "Crux.System.Load");

    /// <summary>The path of a project's executable.</summary>
    /// <exception cref="FileNotFoundException">It isn't built; the message says how to.</exception>
    public static string Built(string project, string name) => Find(project, name);

    // A Release build also leaves what would be installed, compiled ahead of time; a Debug build does not.
    private static string Installed(string project, string name) =>
        Configuration == "Release" ? Find(project, Path.Combine("publish", name)) : Built(project, name);

    private static string Find(string project, string name)
    {
        var path = Path.Combine(Root, project, "bin", Configuration, "net10.0", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there. Build it: dotnet build {project} -c {Configuration}");
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Crux.slnx")))
                return directory.FullName;
        }
        throw new DirectoryNotFoundException($"No Crux.slnx above {AppContext.BaseDirectory}: run the tests from their build output inside the repository.");
    }
}
