using System.Text.RegularExpressions;

namespace Crux.Architecture.Tests;

/// <summary>What every C# file keeps to.</summary>
public sealed partial class SourceTests
{
    /// <summary>STYLE.md says to look for a second thing from 300 lines on; from here on there is one.</summary>
    private const int MaxLines = 400;

    private static readonly string[] EmptyRoles = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Base", "Impl"];

    [GeneratedRegex(@"^(?:(?:public|internal|sealed|abstract|static|partial|readonly|ref|unsafe|file)\s+)*(?:(?:class|struct|record struct|record class|record|interface|enum)\s+(?<name>\w+)|delegate\s.*?(?<name>\w+)\()", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TopLevelType { get; }

    [GeneratedRegex(@"^\s*(?:(?:public|private|protected|internal|sealed|abstract|static|partial|readonly|file)\s+)*(?:class|struct|record struct|record class|record|interface)\s+(?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AnyType { get; }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace { get; }

    [GeneratedRegex(@"Thread\.Sleep\b|Task\.Delay\(\s*(?:\d|TimeSpan\.From\w+\(\s*\d|new TimeSpan\()")]
    private static partial Regex Nap { get; }

    [GeneratedRegex(@"LoggerMessage\([^)]*?EventId\s*=\s*(?<id>\d+)|LoggerMessage\(\s*(?<id>\d+)\s*,", RegexOptions.ExplicitCapture)]
    private static partial Regex LogEvent { get; }

    [GeneratedRegex(@"^\s*#\s*(?:region|pragma warning disable)|\bNotImplementedException\b|//.*\b(?:TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b|\bSkip\s*=\s*""", RegexOptions.Multiline)]
    private static partial Regex Leftover { get; }

    [Fact]
    public void A_file_is_short_enough_to_hold_one_thing()
    {
        var breaches = Repository.Sources().Select(file => (file, Lines: Repository.Lines(file).Length)).Where(it => it.Lines > MaxLines);
        Broken.None(breaches.Select(it => $"{it.file}: {it.Lines} lines"), $"Over {MaxLines} lines; what is the second thing in it?");
    }

    [Fact]
    public void One_type_one_file_named_for_it()
    {
        var breaches =
            from file in Repository.Sources("src", "tests")
            let types = TopLevelType.Matches(Repository.Read(file)).Where(match => !match.Value.StartsWith("file ", StringComparison.Ordinal)).Select(match => match.Groups["name"].Value).Distinct().ToList()
            let name = Path.GetFileNameWithoutExtension(file).Split('.')[0]
            where types.Count > 1 || (types.Count == 1 && types[0] != name)
            select $"{file} holds {string.Join(", ", types)}";
        Broken.None(breaches, "One type, one file, named for it (a type that only its file needs is a 'file' type):");
    }

    [Fact]
    public void A_folder_is_a_namespace()
    {
        var breaches =
            from file in Repository.Sources("src", "tests")
            let stated = Namespace.Match(Repository.Read(file))
            where stated.Success
            let folders = Path.GetDirectoryName(file)!.Split('/')[1..]
            let expected = folders[0] == "Crux.Abstractions" ? "Crux" : string.Join('.', folders)
            where stated.Groups["name"].Value != expected
            select $"{file}: {stated.Groups["name"].Value}, by its folder {expected}";
        Broken.None(breaches, "A namespace follows its folder:");
    }

    [Fact]
    public void No_type_is_named_for_an_empty_role()
    {
        var breaches =
            from file in Repository.Sources()
            from Match match in AnyType.Matches(Repository.Read(file))
            let name = match.Groups["name"].Value
            where EmptyRoles.Any(role => name.EndsWith(role, StringComparison.Ordinal))
            select $"{file}: {name}";
        Broken.None(breaches, "Name it for what it is:");
    }

    [Fact]
    public void Nothing_sleeps_for_a_fixed_time()
    {
        var breaches = Repository.Sources().Where(file => Nap.IsMatch(Repository.Read(file)));
        Broken.None(breaches, "Wait for a condition, or take the delay from options and the TimeProvider:");
    }

    [Fact]
    public void No_range_is_checked_by_an_attribute_that_two_threads_can_break()
    {
        var breaches = Repository.Sources("src").Where(file => Repository.Read(file).Contains("[Range(typeof(", StringComparison.Ordinal));
        Broken.None(breaches, "RangeAttribute parses on first use, unguarded (dotnet/runtime issue 1143); TimeSpanRange does not:");
    }

    [Fact]
    public void Event_ids_of_the_log_never_repeat()
    {
        var events =
            from file in Repository.Sources("src")
            from Match match in LogEvent.Matches(Repository.Read(file))
            select (Id: match.Groups["id"].Value, file);
        var breaches = events.GroupBy(it => it.Id).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(", ", same.Select(it => it.file))}");
        Broken.None(breaches, "An operator greps for an event by its id; give each its own:");
    }

    [Fact]
    public void Nothing_is_promised_skipped_or_silenced()
    {
        var breaches =
            from file in Repository.Sources()
            from Match match in Leftover.Matches(Repository.Read(file))
            select $"{file}: {match.Value.Trim()}";
        Broken.None(breaches, "Do it, or leave it out and say so where a reader looks:");
    }

    [Fact]
    public void Every_queue_has_a_limit()
    {
        var breaches = Repository.Sources("src").Where(file => Repository.Read(file).Contains("Channel.CreateUnbounded", StringComparison.Ordinal));
        Broken.None(breaches, "A queue without a limit is an outage with a date: bound it, and name the bound:");
    }
}
