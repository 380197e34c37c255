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
        Assert.Contains("it names Table, not Register.", why.Out, StringComparison.Ordinal);
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
        var accepted = await node.RunAsync("trust", "learn", "--accept", "--operator-key", node.WriteKey());
        Assert.Equal(ExitCode.Ok, accepted.Code);
        Assert.Contains("Revision 1, order ", accepted.Out, StringComparison.Ordinal);
        Assert.Contains("! Calls to prod/galumph2 that no rule allows are refused from now on.", accepted.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await node.RunAsync("trust", "rules", "--json")).Json.GetProperty("rules").GetArrayLength());
        Assert.StartsWith("Nothing to propose: what passed on this node, rules speak of.\n", (await node.RunAsync("trust", "learn")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("log")]
    [InlineData("learn")]
    public async Task Whoever_asks_on_a_node_where_nothing_was_called_is_told_where_to_ask(string verb)
    {
        await using var node = await StartAsync();
        node.Registry.Entries.RemoveAll(entry => entry.NetId.StartsWith("node1:", StringComparison.Ordinal));
        var asked = (await node.RunAsync("trust", verb)).Out;
        Assert.Contains("this node's services have had no call since it started, or rules allowed them all.", asked, StringComparison.Ordinal);
        Assert.Contains($"! No service runs on this node, and calls are noted where the called one runs: galumph2_10, for one, at node2:41002. Ask there: 'crux trust {verb}' on that machine, or with --host 10.0.0.2.", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_refused_is_not_proposed_and_said_to_be_there()
    {
        await using var node = await StartAsync();
        node.Calls.Add(new("prod", "batch"), new("prod", "galumph2_3"), Table, denied: false, passed: false, 12);
        Assert.Contains("! 1 kind of calls that no rule speaks of was refused, and what is refused is not proposed.", (await node.RunAsync("trust", "learn")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mode_or_a_question_about_a_name_that_nothing_is_registered_under_is_answered_with_a_warning()
    {
        await using var node = await StartAsync();
        var key = node.WriteKey();
        Assert.Contains("! Nothing called 'galumf2' is registered now.", (await node.RunAsync("trust", "mode", "strict", "galumf2", "--operator-key", key)).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing called", (await node.RunAsync("trust", "mode", "unset", "galumf2", "--operator-key", key)).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing called", (await node.RunAsync("trust", "mode", "warn", "--operator-key", key)).Out, StringComparison.Ordinal);
        Assert.Contains("! Nothing called 'galumf2' is registered now: this is how it would be.", (await node.RunAsync("trust", "why", "web", "galumf2")).Out, StringComparison.Ordinal);
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
    public async Task The_record_names_the_nodes_that_an_order_is_about()
    {
        await using var node = await StartAsync();
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("trust", "revoke", "node10", StaticNode.Id(99).ToString(), "--operator-key", node.WriteKey())).Code);
        node.Audit.Note(node.Desk.Orders.Single(order => order.Kind == OrderKind.Revoke));

        Assert.Contains($"revoke  node10 ({StaticNode.Id(10)}), {StaticNode.Id(99)}\n", (await node.RunAsync("audit")).Out, StringComparison.Ordinal);
        var nodes = (await node.RunAsync("audit", "--json")).Json.GetProperty("orders")[0].GetProperty("nodes");
        Assert.Equal(["node10", ""], nodes.EnumerateArray().Select(it => it.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_name_that_nobody_asked_keys_for_does_not_look_like_success()
    {
        await using var node = await StartAsync();
        var key = node.WriteKey();
        node.Generations.SignedFor.Note("webshop");

        var turned = await node.RunAsync("trust", "rotate", "webshpo", "--at-once");
        Assert.Equal(ExitCode.No, turned.Code);
        Assert.Contains("Nobody here has keys as webshpo to replace.", turned.Out, StringComparison.Ordinal);
        Assert.Contains("! No process of node1 has asked for keys as 'webshpo' since its fulcrum started. Did you mean 'webshop'?", turned.Out, StringComparison.Ordinal);
        Assert.False((await node.RunAsync("trust", "rotate", "webshpo", "--json")).Json.GetProperty("known").GetBoolean());
        var known = await node.RunAsync("trust", "rotate", "webshop");
        Assert.Equal(ExitCode.Ok, known.Code);
        Assert.StartsWith("New keys for webshop: generation", known.Out, StringComparison.Ordinal);

        var revoked = await node.RunAsync("trust", "revoke", "node1", "--service", "burble1_1", "--operator-key", key);
        Assert.Equal(ExitCode.No, revoked.Code);
        Assert.Contains("! No process of node1 has asked for keys as 'burble1_1' since its fulcrum started. They asked as webshop.", revoked.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("trust", "revoke", "node1", "--service", "webshop", "--operator-key", key)).Code);
        // Of another node, which nobody can ask here.
        var distant = await node.RunAsync("trust", "revoke", "node2", "--service", "webshop", "--operator-key", key);
        Assert.Equal(ExitCode.Ok, distant.Code);
        Assert.Contains("! node2 does not say whether a process there has keys as 'webshop'", distant.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("revoke")]
    [InlineData("restore")]
    public async Task Help_calls_a_service_by_what_it_is(string verb)
    {
        var help = (await Transcript.OfAsync("trust", verb, "--help")).Out;
        Assert.Contains("--service <NAME>", help, StringComparison.Ordinal);
        Assert.Contains("--to <NAME>", help, StringComparison.Ordinal);
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
        await node.RunAsync("node", "deny", "node10", "--operator-key", node.KeyPath);
        node.Desk.Orders.ForEach(node.Audit.Note);
        node.Calls.Add(new("prod", "web"), new("prod", "burble1_3"), Table, denied: false, passed: true, 12);
        return node;
    }

    private static Task<StaticNode> StartAsync() => StaticNode.StartAsync();
}
