using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crux.Cli.Tests;

/// <summary>docs/cli.md is a contract with scripts: what it states is what comes out.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Root(), "docs", "cli.md"));

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| (?<type>[a-z ]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex SchemaRow { get; }

    [GeneratedRegex(@"^\| (?<code>\d+) \| `(?<name>\w+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ExitRow { get; }

    [Theory]
    [InlineData("status", "status")]
    [InlineData("members", "members")]
    [InlineData("services", "services")]
    [InlineData("lookup", "lookup galumph2 --why")]
    [InlineData("health", "health")]
    [InlineData("leader", "leader")]
    [InlineData("boot", "boot")]
    [InlineData("flock show", "flock show")]
    [InlineData("node set, node unset", "node set zone=b")]
    [InlineData("doctor", "doctor 10.0.0.66")]
    [InlineData("log set", "log set Crux.Flock=Debug for 10m")]
    [InlineData("log list", "log list")]
    [InlineData("sim list", "sim list")]
    [InlineData("key show", "key show")]
    [InlineData("node list", "node list")]
    [InlineData("sim anchor", "sim anchor memberlist --nodes 20 --crashes 1 --seconds 60")]
    [InlineData("completion", "completion bash")]
    public async Task The_documented_keys_are_the_keys_that_come(string section, string line)
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.LogLevels.Set("Crux", Microsoft.Extensions.Logging.LogLevel.Debug, TimeSpan.FromHours(24));
            it.View.Start(view => view with { Leader = StaticNode.Id(1) });
            it.Keys.Now = it.Keys.Now with { Refused = "no", Pending = [new(StaticNode.Id(77), "node77", NetAddress.V4(1, 1), default, default)], ShutOut = [new(StaticNode.Id(78), 5, true)] };
        });
        // Everything that can be said is said, so that every key is seen.
        node.Desk.Standing = StaticDesk.Crowded with { Sealing = new(0x5ea1, 3, "the leader", 0x0bad), Election = StaticDesk.Elected(StaticNode.Id(1)).Election };
        var run = await node.RunAsync([.. line.Split(' '), "--json"]);
        Assert.Equal(Documented(section), Produced(run.Json));
    }

    [Fact]
    public async Task The_documented_keys_of_a_secret_are_the_keys_that_come()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Documented("secret new"), Produced((await Transcript.OfAsync("secret", "new", "--out", folder.Path, "--json")).Json));
    }

    [Theory]
    [InlineData("trust rules", "trust rules --all")]
    [InlineData("trust allow, deny, drop, mode", "trust allow batch galumph2 --operator-key")]
    [InlineData("trust log", "trust log")]
    [InlineData("trust rotate", "trust rotate galumph2_3")]
    [InlineData("audit", "audit")]
    [InlineData("trust learn", "trust learn")]
    public async Task The_documented_keys_of_rules_are_the_keys_that_come(string section, string line)
    {
        await using var node = await TrustTests.StartCrowdedAsync();
        var run = await node.RunAsync([.. line.Split(' '), .. (line.EndsWith("-key", StringComparison.Ordinal) ? new[] { node.KeyPath } : []), "--json"]);
        Assert.Equal(Documented(section), Produced(run.Json));
    }

    [Fact]
    public async Task The_documented_keys_of_why_are_the_keys_that_come()
    {
        await using var node = await TrustTests.StartCrowdedAsync();
        var decided = Produced((await node.RunAsync("trust", "why", "web", "galumph2", "Table", "--json")).Json);
        decided.UnionWith(Produced((await node.RunAsync("trust", "why", "web", "galumph2", "Register", "--json")).Json));
        decided.UnionWith(Produced((await node.RunAsync("trust", "why", "web", "galumph2", "--json")).Json));
        decided.Remove("ofSome: array");
        Assert.Equal(Documented("trust why"), decided);
    }

    [Fact]
    public async Task The_documented_keys_of_operators_are_the_keys_that_come()
    {
        using var folder = new TemporaryFolder();
        await using var node = await StaticNode.StartAsync();
        var produced = Produced((await Transcript.OfAsync("operator", "key", "alice", "--out", folder.Path, "--json")).Json);
        produced.UnionWith(Produced((await node.RunAsync("operator", "add", "alice", "--role", "view", "--key", folder.At("alice.operator.pub"), "--operator-key", node.WriteKey(), "--json")).Json));
        produced.UnionWith(Produced((await node.RunAsync("operator", "list", "--json")).Json));
        Assert.Equal(Documented("operator key, operator add, operator remove, operator list"), produced);
    }

    [Fact]
    public async Task The_documented_keys_of_an_absorb_are_the_keys_that_come()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.Standing = StaticDesk.Crowded);
        Assert.Equal(Documented("flock absorb"), Produced((await node.RunAsync("flock", "absorb", new string('7', 32), "--operator-key", node.WriteKey(), "--json")).Json));
    }

    [Fact]
    public async Task The_documented_keys_of_an_event_are_the_keys_that_come()
    {
        await using var node = await StaticNode.StartAsync();
        using var watch = await LiveRun.StartAsync(node, "watch", "--json");
        node.Events.Publish("boot", "All steps are done.");
        await watch.UntilAsync(lines => lines.Count == 1);
        Assert.Equal(Documented("watch"), Produced(JsonDocument.Parse(watch.Lines[0]).RootElement));
    }

    [Fact]
    public async Task The_documented_keys_of_a_failure_are_the_keys_that_come()
    {
        var run = await Transcript.OfAsync("nonsense", "--json");
        Assert.Equal(Documented("Failures"), Produced(run.Json));
    }

    [Fact]
    public void The_documented_exit_codes_are_the_constants()
    {
        var constants = typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((int)field.GetRawConstantValue()!, field.Name)).Order();
        var documented = ExitRow.Matches(Text).Select(match => (int.Parse(match.Groups["code"].Value, System.Globalization.CultureInfo.InvariantCulture), match.Groups["name"].Value)).Order();
        Assert.Equal(constants, documented);
    }

    // "key: type" for every row of the section's schema table.
    private static SortedSet<string> Documented(string section)
    {
        var start = Text.IndexOf($"\n## {section}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/cli.md has no section '{section}'.");
        var end = Text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        var body = Text[start..(end < 0 ? Text.Length : end)];
        var rows = SchemaRow.Matches(body).Select(match => (Key: match.Groups["key"].Value, Type: match.Groups["type"].Value)).ToList();
        Assert.True(rows.Count > 0, $"docs/cli.md has no schema in section '{section}'.");
        // "SERVICE" stands for the keys of one service, stated once under 'services'.
        return [.. rows.SelectMany(row => row.Type == "service"
            ? SchemaRow.Matches(Text).Select(match => (Key: match.Groups["key"].Value, Type: match.Groups["type"].Value))
                .Where(it => it.Key.StartsWith("services[].", StringComparison.Ordinal)).Select(it => $"{row.Key}.{it.Key["services[].".Length..]}: {Plain(it.Type)}")
            : [$"{row.Key}: {Plain(row.Type)}"])];
    }

    private static string Plain(string type) => type switch
    {
        "number or null" => "number",
        "id" or "time" or "seconds" => type == "seconds" ? "number" : "string",
        _ => type.Replace(" or null", "", StringComparison.Ordinal),
    };

    private static SortedSet<string> Produced(JsonElement json)
    {
        var keys = new SortedSet<string>();
        Collect(json, "", keys);
        return keys;
    }

    private static void Collect(JsonElement json, string path, SortedSet<string> keys)
    {
        switch (json.ValueKind)
        {
            // Labels are the service's own words: their keys are not ours to document.
            case JsonValueKind.Object when path.EndsWith("labels", StringComparison.Ordinal) || path.EndsWith("attributes", StringComparison.Ordinal):
                keys.Add($"{path}: object");
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                    Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", keys);
                break;
            case JsonValueKind.Array when json.GetArrayLength() == 0 || json[0].ValueKind != JsonValueKind.Object:
                keys.Add($"{path}: array");
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                    Collect(item, $"{path}[]", keys);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                keys.Add($"{path}: boolean");
                break;
            case JsonValueKind.Null:
                break;
            default:
                keys.Add($"{path}: {(json.ValueKind == JsonValueKind.Number ? "number" : "string")}");
                break;
        }
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Crux.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Crux.slnx is in no folder above the tests.");
        return folder;
    }
}
