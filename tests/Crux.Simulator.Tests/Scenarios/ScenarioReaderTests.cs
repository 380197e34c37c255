using System.Text;
using Crux.Simulator.Scenarios;

namespace Crux.Simulator.Tests.Scenarios;

public sealed class ScenarioReaderTests
{
    public static TheoryData<string> Shipped => [.. ScenarioLibrary.Names];

    [Theory, MemberData(nameof(Shipped))]
    public void What_ships_can_be_read_and_says_what_it_is_about(string name) => Assert.NotEmpty(ScenarioLibrary.Read(name).About);

    [Fact]
    public void Everything_has_a_default()
    {
        var scenario = Read("{}");
        Assert.Equal(100, scenario.Nodes);
        Assert.Equal("mine", scenario.Name);
        Assert.Single(scenario.Racks);
        Assert.Single(scenario.Flocks);
    }

    [Theory]
    [InlineData(3, "'nods' is no key of scenario. Did you mean 'nodes'?", "{\n  // a comment\n  \"nods\": 5 }")]
    [InlineData(1, "it may be 1 to 16384", "{ \"nodes\": 0 }")]
    [InlineData(1, "'nodes' is a whole number", "{ \"nodes\": 1.5 }")]
    [InlineData(2, "'nodes' stands twice", "{ \"nodes\": 1,\n\"nodes\": 2 }")]
    [InlineData(2, "it may be 0 to 1", "{ \"network\":\n{ \"loss\": 30 } }")]
    [InlineData(1, "a duration such as", "{ \"runOn\": 5 }")]
    [InlineData(1, "a duration such as", "{ \"runOn\": \"5 seconds\" }")]
    [InlineData(1, "it may be 0s to 24h", "{ \"runOn\": \"100h\" }")]
    [InlineData(2, "Did you mean 'crash'?", "{ \"timeline\": [\n{ \"do\": \"crashh\" } ] }")]
    [InlineData(2, "'within' is no key of timeline", "{ \"timeline\": [\n{ \"do\": \"crash\", \"within\": \"5s\" } ] }")]
    [InlineData(2, "There is no rack 'b'. Racks: r1", "{ \"timeline\": [\n{ \"do\": \"crash\", \"nodes\": \"rack:b\" } ] }")]
    [InlineData(1, "it may be a number of running nodes", "{ \"timeline\": [ { \"do\": \"crash\", \"nodes\": \"some\" } ] }")]
    [InlineData(1, "'at' or 'after', not both", "{ \"timeline\": [ { \"at\": \"5s\", \"after\": \"5s\" } ] }")]
    [InlineData(1, "is a list in brackets", "{ \"timeline\": {} }")]
    [InlineData(1, "is an object in braces", "[]")]
    [InlineData(2, "This is no JSON", "{ \"nodes\": 5,\n nodes }")]
    [InlineData(1, "This is no JSON", "")]
    [InlineData(1, "Rack 'a' stands twice", "{ \"racks\": [ { \"name\": \"a\" }, { \"name\": \"a\" } ] }")]
    [InlineData(1, "leave out 'powerOn'", "{ \"start\": \"settled\", \"powerOn\": { \"over\": \"1s\" } }")]
    [InlineData(1, "leave out 'at' and 'over'", "{ \"start\": \"settled\", \"racks\": [ { \"over\": \"1s\" } ] }")]
    [InlineData(1, "leave out 'density'", "{ \"addresses\": \"scattered\", \"density\": 0.5 }")]
    [InlineData(1, "leave out 'flocks'", "{ \"addresses\": \"scattered\", \"flocks\": [ { \"name\": \"a\" }, { \"name\": \"b\" } ] }")]
    [InlineData(2, "leave out 'contacts'", "{ \"addresses\": \"ipv6\",\n\"contacts\": 5 }")]
    [InlineData(1, "beat period", "{ \"rules\": { \"beatPeriod\": \"50s\" } }")]
    public void A_mistake_comes_with_its_line_and_what_would_be_right(int line, string lesson, string text)
    {
        var problem = Assert.Throws<ScenarioException>(() => Read(text));
        Assert.StartsWith($"mine.json:{line}: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(lesson, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_off_anywhere_a_file_is_an_error_and_nothing_worse()
    {
        var whole = Encoding.UTF8.GetBytes("""{ "nodes": 5, "racks": [{ "name": "a", "at": "5s" }], "timeline": [{ "do": "crash", "nodes": [1, 2] }] }""");
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<ScenarioException>(() => ScenarioReader.Read("mine.json", whole.AsSpan(0, length)));
    }

    [Fact]
    public void Every_key_is_in_the_documentation_with_its_default_and_range()
    {
        var document = File.ReadAllText(Path.Combine(Root(), "docs", "simulator.md"));
        var heard = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string[] steps = [.. StepReader.Words.Select(it => $$"""{ "do": "{{it.Word}}" }""")];
        var full = $$"""
            { "network": { "burst": {} }, "powerOn": {}, "racks": [{}], "flocks": [{}], "rules": {}, "expect": {}, "timeline": [{{string.Join(", ", steps)}}, { "do": "network", "network": {} }] }
            """;
        ScenarioReader.Read("mine.json", Encoding.UTF8.GetBytes(full), (key, what) => heard[key] = what);
        var undocumented = heard.Keys.Where(key => !IsNested(key) && !document.Contains($"| `{Shown(key)}` |", StringComparison.Ordinal)).ToList();
        Assert.Empty(undocumented);
        foreach (var (key, what) in heard)
        {
            if (!IsNested(key) && !IsTold(key) && what.Split("; ") is [.., var standard, var range])
                Assert.True(Row(document, Shown(key)) is { } row && row.Contains(range, StringComparison.Ordinal) && row.Contains($"| {standard} |", StringComparison.Ordinal), $"`{Shown(key)}` is {what}, and its row says: {Row(document, Shown(key))}");
        }
    }

    [Fact]
    public void Every_kind_of_step_is_in_the_documentation()
    {
        var document = File.ReadAllText(Path.Combine(Root(), "docs", "simulator.md"));
        var rows = document.Split('\n').Where(line => line.StartsWith('|')).ToList();
        Assert.All(StepReader.Words, it => Assert.Contains(rows, row => row.Contains($"`{it.Word}`", StringComparison.Ordinal)));
    }

    private static ScenarioFile Read(string text) => ScenarioReader.Read("mine.json", Encoding.UTF8.GetBytes(text));

    // Objects and lists have no row: their keys have. Where a step changes the network, the keys are those at the top.
    private static bool IsNested(string key) =>
        key is "network" or "network.burst" or "powerOn" or "racks" or "flocks" or "rules" or "expect" or "timeline" || key.StartsWith("timeline.network", StringComparison.Ordinal);

    // Their row says in words what a default and a range can't.
    private static bool IsTold(string key) => key.StartsWith("rules.", StringComparison.Ordinal) || key.StartsWith("racks.", StringComparison.Ordinal)
        || key.StartsWith("flocks.", StringComparison.Ordinal) || key.StartsWith("timeline.", StringComparison.Ordinal) || key is "about" or "crypto" or "network.burst.per" or "expect.rest";

    private static string Shown(string key)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && key[..dot] is ("racks" or "flocks" or "timeline") ? $"{key[..dot]}[]{key[dot..]}" : key;
    }

    private static string? Row(string document, string key) =>
        document.Split('\n').FirstOrDefault(line => line.StartsWith($"| `{key}` |", StringComparison.Ordinal));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Crux.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Crux.slnx is in no folder above the tests.");
        return folder;
    }
}
