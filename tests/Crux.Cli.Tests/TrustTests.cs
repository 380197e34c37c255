using Crux.Machines.Flock.Authority;

namespace Crux.Cli.Tests;

public sealed class TrustTests
{
    private const string Table = "/galumph.Galumph/Table";

    [Fact]
    public async Task Where_nobody_said_anything_crux_says_what_that_means()
    {
        await using var node = await StartAsync();
        Assert.Equal("No operator has said anything yet: every process of the flock may call every service, and the nodes note who does.\n", (await node.RunAsync("trust", "rules")).Out);
        var why = await node.RunAsync("trust", "why", "web", "galumph2", "Table");
        Assert.Equal(ExitCode.Ok, why.Code);
        Assert.StartsWith("Yes, though no rule allows it: prod/galumph2 is in mode learn.\n", why.Out, StringComparison.Ordinal);
        Assert.Contains("built-in", (await node.RunAsync("trust", "rules", "--all")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_is_made_explained_and_taken_back()
    {
        await using var node = await StartAsync();
        var key = node.WriteKey();

        var made = await node.RunAsync("trust", "allow", "web", "galumph2", "Table", "--operator-key", key);
        Assert.Contains("+ allow prod/web prod/galumph2 Table\nRevision 1, order ", made.Out, StringComparison.Ordinal);
        Assert.Contains("Calls to prod/galumph2 that no rule allows are refused from now on.", made.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("trust", "why", "web", "galumph2_3", "galumph.Galumph/Table")).Code);
        var why = await node.RunAsync("trust", "why", "web", "galumph2_3", "Register");
        Assert.Equal(ExitCode.No, why.Code);
        Assert.Contains("No: no rule allows it, and prod/galumph2_3 is in mode strict.", why.Out, StringComparison.Ordinal);
        Assert.Contains("it names Table, not", why.Out, StringComparison.Ordinal);
        Assert.Contains("crux trust allow prod/web prod/galumph2_3 Register --operator-key FILE", why.Out, StringComparison.Ordinal);

        var id = (await node.RunAsync("trust", "rules", "--json")).Json.GetProperty("rules")[0].GetProperty("id").GetString()!;
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("trust", "drop", id, "--operator-key", key)).Code);
        Assert.Contains("Revision 2", (await node.RunAsync("trust", "rules")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Refused, (await node.RunAsync("trust", "drop", id, "--operator-key", key)).Code);
    }

    [Theory]
    [InlineData("galumph2", true, false)]
    [InlineData("galumph2_3", true, false)]
    [InlineData("galumf2", true, true)]
    [InlineData("galumf2", false, false)]
    public async Task A_rule_about_a_name_that_nothing_is_registered_under_is_made_with_a_warning(string to, bool isStewardReady, bool isWarned)
    {
        await using var node = await StartAsync();
        node.Registry.Steward = isStewardReady ? Protos.StewardState.Ready : Protos.StewardState.Absent;
        var made = await node.RunAsync("trust", "deny", "web", to, "--operator-key", node.WriteKey());
        Assert.Equal(ExitCode.Ok, made.Code);
        Assert.Equal(isWarned, made.Out.Contains($"Nothing called '{to}' is registered now", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_passed_becomes_rules()
    {
        await using var node = await StartAsync();
        node.Calls.Add(new("prod", "web_1"), new("prod", "galumph2_3"), Table, denied: false, passed: true, 12);
        node.Calls.Add(new("prod", "evil"), new("prod", "galumph2_3"), Table, denied: true, passed: false, 1);
        node.Calls.Expect(new("prod", "burble1_1"), ["batch/report"]);

        Assert.Contains("passed  12", (await node.RunAsync("trust", "log")).Out, StringComparison.Ordinal);
        var proposed = await node.RunAsync("trust", "learn");
        Assert.StartsWith("allow batch/report prod/burble1\nallow prod/web prod/galumph2 galumph.Galumph/Table\n", proposed.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await node.RunAsync("trust", "learn", "--accept")).Code);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("trust", "learn", "--accept", "--operator-key", node.WriteKey())).Code);
        Assert.Equal(2, (await node.RunAsync("trust", "rules", "--json")).Json.GetProperty("rules").GetArrayLength());
        Assert.Contains("Nothing to propose", (await node.RunAsync("trust", "learn")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_record_shows_what_was_ordered_and_whether_the_operator_signed_it()
    {
        await using var node = await StartCrowdedAsync();
        var run = await node.RunAsync("audit");
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("root    rules  revision 1: + allow prod/web prod/galumph2 Table", run.Out, StringComparison.Ordinal);
        Assert.Contains("! bytes were lost", run.Out, StringComparison.Ordinal);

        using var thief = Crux.Node.Security.OperatorKey.Create();
        node.Audit.Note(OperatorOrder.Sign(OrderKind.Revoke, new FlockAuthority("main", "prod", 1, 0, thief.PublicKey), 77, 77, [], thief.Signer));
        var forged = await node.RunAsync("audit");
        Assert.Equal(ExitCode.No, forged.Code);
        Assert.Contains("not by us", forged.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_one_service_are_taken_back_and_given_back_and_whoever_asks_why_is_told()
    {
        await using var node = await StartAsync();
        var (key, id) = (node.WriteKey(), StaticNode.Id(1).ToString());

        var revoked = await node.RunAsync("trust", "revoke", id, "--service", "web", "--to", "galumph2", "--for-good", "--operator-key", key);
        Assert.Contains($"revoke keys of web on node {StaticNode.Id(1).Brief} to galumph2, for good", revoked.Out, StringComparison.Ordinal);
        Assert.Contains("Revoked: keys of web on node", (await node.RunAsync("trust", "rules")).Out, StringComparison.Ordinal);
        Assert.Contains("revoked keys of web on node", (await node.RunAsync("trust", "why", "web", "galumph2")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("revoked", (await node.RunAsync("trust", "why", "web", "burble1")).Out, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Refused, (await node.RunAsync("trust", "restore", id, "--service", "web", "--operator-key", key)).Code);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("trust", "restore", id, "--service", "web", "--to", "galumph2", "--operator-key", key)).Code);
        Assert.DoesNotContain("Revoked", (await node.RunAsync("trust", "rules")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await node.RunAsync("trust", "revoke", id, "--for-good", "--operator-key", key)).Code);
        Assert.Equal(ExitCode.Usage, (await node.RunAsync("trust", "revoke", id, "--service", "no such name", "--operator-key", key)).Code);
    }

    [Fact]
    public async Task Whoever_drops_the_last_rule_of_a_service_is_told_that_it_is_open_again()
    {
        await using var node = await StartAsync();
        var key = node.WriteKey();
        foreach (var caller in new[] { "web", "batch" })
            await node.RunAsync("trust", "allow", caller, "galumph2", "--operator-key", key);
        var listed = (await node.RunAsync("trust", "rules")).Out.Split('\n').Where(line => line.Contains(" allow ", StringComparison.Ordinal)).Select(line => line[..8]).ToList();
        Assert.DoesNotContain("from now on", (await node.RunAsync("trust", "drop", listed[0], "--operator-key", key)).Out, StringComparison.Ordinal);
        Assert.Contains("'crux trust mode strict prod/galumph2'", (await node.RunAsync("trust", "drop", listed[1], "--operator-key", key)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trust allow we%b galumph2", "names nobody")]
    [InlineData("trust allow web galumph2 Gre%et", "is no method")]
    [InlineData("trust allow crux.reeve galumph2", "Crux's own")]
    [InlineData("trust drop 00000000", "There is no rule 00000000")]
    [InlineData("trust mode unset galumph2", "No mode is set")]
    public async Task What_makes_no_sense_is_said_and_nothing_is_signed(string line, string words)
    {
        await using var node = await StartAsync();
        var run = await node.RunAsync([.. line.Split(' '), "--operator-key", node.WriteKey()]);
        Assert.NotEqual(ExitCode.Ok, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(node.Desk.Orders);
    }

    /// <summary>A node with everything in its answers, so that every key is seen.</summary>
    internal static async Task<StaticNode> StartCrowdedAsync()
    {
        var node = await StartAsync();
        await node.RunAsync("trust", "allow", "web", "galumph2", "Table", "--operator-key", node.WriteKey());
        await node.RunAsync("trust", "mode", "warn", "burble1", "--operator-key", node.KeyPath);
        await node.RunAsync("trust", "revoke", StaticNode.Id(1).ToString(), "--service", "web", "--operator-key", node.KeyPath);
        node.Desk.Orders.ForEach(node.Audit.Note);
        node.Calls.Add(new("prod", "web"), new("prod", "burble1_3"), Table, denied: false, passed: true, 12);
        return node;
    }

    private static Task<StaticNode> StartAsync() => StaticNode.StartAsync();
}
