using System.Text.RegularExpressions;

namespace Crux.Architecture.Tests;

/// <summary>Each claim of docs/security.md has a test behind it, by name.</summary>
public sealed partial class ClaimTests
{
    private const string Document = "docs/security.md";
    private const string Section = "## The claims, and the test behind each";

    private static readonly string[] Whose =
        ["flock file", "operator's key", "node's key", "service's key, client's key", "hostile node in the flock", "hostile process on a node", "hostile network"];

    [GeneratedRegex(@"^\| (?<who>[^|]*) \| (?<claim>[^|]+) \| (?<tests>[^|]+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row { get; }

    [GeneratedRegex(@"`(?<class>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Test { get; }

    private static IReadOnlyList<Match> Rows { get; } =
        [.. Row.Matches(Repository.Read(Document)[Repository.Read(Document).IndexOf(Section, StringComparison.Ordinal)..]).Where(row => row.Groups["claim"].Value != "claim")];

    [Fact]
    public void Every_claim_of_the_threat_model_names_tests_that_are_there()
    {
        var breaches = Rows
            .SelectMany(row => Test.Matches(row.Groups["tests"].Value) is { Count: > 0 } tests
                ? tests.Where(test => !IsThere(test.Groups["class"].Value, test.Groups["method"].Value)).Select(test => test.Value)
                : [$"{row.Groups["claim"].Value}: none"]);
        Broken.None(breaches, $"{Document} names tests that are not there, or none:");
    }

    [Fact]
    public void The_threat_model_speaks_of_everything_that_can_be_stolen_or_hostile()
    {
        var spoken = Rows.Select(row => row.Groups["who"].Value.Trim()).Where(who => who.Length > 0).ToList();
        Broken.None(Whose.Except(spoken).Concat(spoken.Except(Whose)), $"{Document} says nothing of, or too much of:");
    }

    private static bool IsThere(string type, string method) => Repository.Files
        .Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && Path.GetFileName(file) == $"{type}.cs")
        .Any(file => Regex.IsMatch(Repository.Read(file), $@"\[(Fact|Theory)\b[^;{{]*?\b(void|Task) {method}\(", RegexOptions.Singleline));
}
