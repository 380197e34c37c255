using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;

namespace Crux.Cli.Tests;

/// <summary>What the documents say of commands is what <c>crux</c> has: each command, each option, in both directions.</summary>
public sealed partial class CommandDocumentTests
{
    private const string Guide = "docs/cli.md";

    /// <summary>Options that the guide names and that are not of <c>crux</c>.</summary>
    private static readonly string[] OfTheDaemon = ["--range", "--contact", "--key-period"];

    private static readonly Dictionary<string, Command> Leaves = LeavesOf(Root(), "").ToDictionary(it => it.Path, it => it.Command);

    [GeneratedRegex(@"^## (?<title>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex Named { get; }

    // A command as it stands in code: at the beginning of a line, or of what is set apart by a back-tick or a quote. 'crux identity v1' is what is signed with.
    [GeneratedRegex(@"(?<=^(\$ |sudo )?|[`'(])crux (?![a-z ]+\sv\d)(?<words>[a-z][a-z-]*( [a-z][a-z-]*)?)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line { get; }

    [Fact]
    public void Every_command_has_a_place_in_the_guide_that_names_all_its_options()
    {
        var sections = Sections();
        var missing = Leaves.Keys.Where(path => !sections.ContainsKey(path)).Select(path => $"crux {path}: no section")
            .Concat(Leaves.Where(leaf => sections.ContainsKey(leaf.Key)).SelectMany(leaf => OptionsOf(leaf.Value)
                .Where(option => !Named.Matches(sections[leaf.Key]).Any(match => match.Value == option))
                .Select(option => $"crux {leaf.Key}: {option}")));
        Assert.Equal([], missing);
    }

    [Fact]
    public void Every_section_of_the_guide_about_a_command_names_only_options_that_there_are()
    {
        var all = Leaves.Values.SelectMany(OptionsOf).Concat(OptionsOf(Root())).Concat(OfTheDaemon).Append("--help").Append("--version").ToHashSet();
        Assert.Equal([], Named.Matches(Read(Guide)).Select(match => match.Value).Where(option => !all.Contains(option)).Distinct());
    }

    [Fact]
    public void The_guides_list_names_every_command()
    {
        var text = Read(Guide);
        var list = text[..text.IndexOf("\n## ", StringComparison.Ordinal)];
        // 'allow FROM TO ...  ...; deny: ...; drop: ...': a line may tell of neighbours.
        Assert.Equal([], Leaves.Keys.Where(path => !list.Contains($"crux {path}", StringComparison.Ordinal) && !list.Contains($" {path.Split(' ')[^1]}:", StringComparison.Ordinal)
            && !list.Contains($"; {path.Split(' ')[^1]} ", StringComparison.Ordinal)).Select(path => $"crux {path}"));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("deploy/README.md")]
    [InlineData("docs/cli.md")]
    [InlineData("docs/security.md")]
    [InlineData("docs/simulator.md")]
    [InlineData("docs/testing.md")]
    [InlineData("docs/up.md")]
    [InlineData("docs/protocols/flock.md")]
    [InlineData("docs/protocols/registry.md")]
    [InlineData("docs/protocols/reeve.md")]
    public void Every_command_that_a_document_names_is_there(string file)
    {
        var root = Root();
        Assert.Equal([], Line.Matches(Read(file)).Select(match => match.Groups["words"].Value.Split(' ')).Where(words => !IsThere(root, words)).Select(words => string.Join(' ', words)).Distinct());
    }

    private static bool IsThere(RootCommand root, string[] words)
    {
        if (root.Subcommands.FirstOrDefault(it => it.Name == words[0]) is not { } command)
            return false;
        return command.Subcommands.Count == 0 || words.Length == 1 || command.Subcommands.Any(it => it.Name == words[1]);
    }

    private static RootCommand Root()
    {
        var terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, Variable = _ => null };
        return CruxCommand.Build(terminal, new GlobalOptions(terminal));
    }

    private static IEnumerable<(string Path, Command Command)> LeavesOf(Command command, string path) =>
        command.Subcommands.Count == 0 ? [(path, command)] : command.Subcommands.SelectMany(it => LeavesOf(it, $"{path} {it.Name}".Trim()));

    private static IEnumerable<string> OptionsOf(Command command) => command.Options.Where(option => option is not (HelpOption or VersionOption)).Select(option => option.Name);

    // "## trust allow, deny, drop": one text for each of them; a single word stands in the group of the one before.
    private static Dictionary<string, string> Sections()
    {
        var text = Read(Guide);
        var found = new Dictionary<string, string>();
        foreach (Match heading in Heading.Matches(text))
        {
            var end = text.IndexOf("\n## ", heading.Index + 1, StringComparison.Ordinal);
            var body = text[heading.Index..(end < 0 ? text.Length : end)];
            var group = "";
            foreach (var title in heading.Groups["title"].Value.Split(", "))
            {
                var words = title.Split(' ');
                if (words.Length > 1)
                    group = words[0];
                found[words.Length > 1 || group.Length == 0 ? title : $"{group} {title}"] = body;
            }
        }
        return found;
    }

    private static string Read(string file)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Crux.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Crux.slnx is in no folder above the tests.");
        return File.ReadAllText(Path.Combine(folder, file));
    }
}
