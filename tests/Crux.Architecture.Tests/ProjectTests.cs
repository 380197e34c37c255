using System.Xml.Linq;

namespace Crux.Architecture.Tests;

/// <summary>What every project of the solution keeps to.</summary>
public sealed class ProjectTests
{
    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Crux.slnx");
        Broken.None(Repository.Projects.Where(file => !solution.Contains($"\"{file}\"", StringComparison.Ordinal)), "Add to Crux.slnx, so that one build covers it:");
    }

    [Fact]
    public void Every_package_is_pinned_in_one_place()
    {
        var pins = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(pin => pin.Attribute("Include")!.Value, pin => pin.Attribute("Version")!.Value);
        var breaches =
            from file in Repository.Files
            where file.EndsWith(".csproj", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal)
            from reference in XDocument.Parse(Repository.Read(file)).Descendants("PackageReference")
            let name = reference.Attribute("Include")?.Value
            where name is not null
            where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || !pins.ContainsKey(name)
            select $"{file}: {name}";
        Broken.None(breaches, "Pin the version in Directory.Packages.props, and only there:");
        Broken.None(pins.Where(pin => pin.Value.Contains('*', StringComparison.Ordinal)).Select(pin => pin.Key), "A pin is one exact version:");
    }

    [Fact]
    public void Warnings_are_errors_everywhere()
    {
        Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);
        var breaches = Repository.Files
            .Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(file => Repository.Read(file).Contains("<TreatWarningsAsErrors>", StringComparison.Ordinal));
        Broken.None(breaches, "A project must not loosen what Directory.Build.props says of warnings:");
    }

    [Fact]
    public void Every_test_project_tests_a_project_that_exists()
    {
        var breaches = Repository.Projects
            .Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".Tests.csproj", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)[..^".Tests".Length])
            .Where(name => name is not ("Crux.Architecture" or "Crux.System") && !Repository.Exists($"src/{name}/{name}.csproj") && !Repository.Exists($"samples/{name["Crux.".Length..]}"));
        Broken.None(breaches, "Named for no project in src or samples:");
    }
}
