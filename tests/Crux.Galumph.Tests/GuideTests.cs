namespace Crux.Galumph.Tests;

public sealed class GuideTests
{
    [Fact]
    public void The_guide_to_testing_shows_code_that_is_built_and_run_here()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "testing.md"));
        var shown = new List<string>();
        foreach (var fence in guide.Split("```csharp\n// ").Skip(1))
        {
            var (name, rest) = (fence[..fence.IndexOf('\n')], fence[(fence.IndexOf('\n') + 1)..]);
            var file = File.ReadAllText(Path.Combine(Repository.Root, name)).TrimEnd();
            Assert.Equal(file, rest[..rest.IndexOf("\n```", StringComparison.Ordinal)]);
            shown.Add(Path.GetFileName(name));
        }
        Assert.Equal(["GalumphTests.cs", "GalumphServer.cs", "RuleTests.cs"], shown);
    }
}
