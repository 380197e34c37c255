using System.Text.RegularExpressions;

namespace Crux.Architecture.Tests;

/// <summary>What the words around the code keep to.</summary>
public sealed partial class DocumentTests
{
    /// <summary>Files that may name a path of the machine they run on, and why.</summary>
    private static readonly Dictionary<string, string> MayNamePaths = new()
    {
        ["tests/Crux.Architecture.Tests/DocumentTests.cs"] = "this rule",
    };

    private const int MaxGuideLines = 25;

    private static readonly string[] NotText = [".png", ".svg", ".ico", ".bin", ".snk"];

    // A path that exists on one person's machine only. System paths such as /run, /etc and /var are the same everywhere.
    [GeneratedRegex(@"(?<![\w.~}$)-])/(?:home|root|tmp|work|Users|mnt)/[\w.]")]
    private static partial Regex MachinePath { get; }

    [GeneratedRegex(@"(?<!!)\[[^\]\n]*\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"^#{1,6}\s+(?<title>.+?)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInSlug { get; }

    [Fact]
    public void No_file_names_a_path_of_one_machine()
    {
        var breaches =
            from file in Repository.Files
            where !MayNamePaths.ContainsKey(file) && !NotText.Contains(Path.GetExtension(file))
            from line in Repository.Lines(file).Index()
            where MachinePath.IsMatch(line.Item)
            select $"{file}:{line.Index + 1}: {line.Item.Trim()}";
        Broken.None(breaches, "A path that only one machine has (ask the system for a temporary folder; or state the exception in this test):");
    }

    [Fact]
    public void Every_link_in_the_documents_leads_somewhere()
    {
        var breaches =
            from file in Repository.Files
            where file.EndsWith(".md", StringComparison.Ordinal)
            from Match match in Link.Matches(Fence.Replace(Repository.Read(file), ""))
            let target = match.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            where !Resolves(file, target)
            select $"{file}: {target}";
        Broken.None(breaches, "Links that lead nowhere:");
    }

    [Fact]
    public void Every_room_has_a_short_guide()
    {
        var breaches =
            from project in Repository.Projects
            where project.StartsWith("src/", StringComparison.Ordinal)
            let guide = Path.Combine(Path.GetDirectoryName(project)!, "README.md")
            let lines = Repository.Exists(guide) ? Repository.Lines(guide).Length : 0
            where lines is 0 or > MaxGuideLines
            select $"{guide}: {(lines == 0 ? "missing" : $"{lines} lines")}";
        Broken.None(breaches, $"What belongs here, what doesn't, where to start reading; at most {MaxGuideLines} lines:");
    }

    [Fact]
    public void The_map_names_every_room()
    {
        var map = Repository.Read("ARCHITECTURE.md");
        var rooms = Repository.Projects.Where(file => file.StartsWith("src/", StringComparison.Ordinal)).Select(file => Path.GetFileNameWithoutExtension(file)!);
        Broken.None(rooms.Where(room => !map.Contains(room, StringComparison.Ordinal)), "ARCHITECTURE.md says nothing of:");
    }

    private static bool Resolves(string from, string target)
    {
        var parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? from : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(from)!, parts[0])));
        if (!Repository.Exists(file))
            return false;
        if (parts.Length == 1 || !file.EndsWith(".md", StringComparison.Ordinal))
            return true;
        return Heading.Matches(Fence.Replace(Repository.Read(file), "")).Any(heading => Slug(heading.Groups["title"].Value) == parts[1]);
    }

    private static string Slug(string title) => NotInSlug.Replace(title.ToLowerInvariant(), "").Replace(' ', '-');
}
