using Crux.Machines.Flock;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Node.Security;

namespace Crux.Cli.Tests;

public sealed class KeyTests
{
    private static readonly PendingNode Waiting = new(StaticNode.Id(77), "node77", NetAddress.V4(0x0A00_004D, 23123), new Instant(0), new Instant(TimeSpan.FromSeconds(90).Ticks));

    [Fact]
    public async Task The_keys_are_shown_by_number_and_age_and_never_themselves()
    {
        await using var node = await StaticNode.StartAsync();
        Assert.Equal("in use  generation 3, 1h 54m old, epoch 171\n", (await node.RunAsync("key", "show")).Out);
        node.Keys.Now = node.Keys.Now with { Next = 4, Holding = 2, Needed = 3, Missing = [NetAddress.V4(0x0A00_0003, 23123)] };
        Assert.Contains("coming  generation 4: 2 of 3 members hold it", (await node.RunAsync("key", "show")).Out, StringComparison.Ordinal);
        node.Keys.Now = new KeyReport { Refused = "The operator has not approved this node: run 'crux node approve X'." };
        var run = await node.RunAsync("key", "show");
        Assert.Contains("the flock file's secret", run.Out, StringComparison.Ordinal);
        Assert.Contains("! The operator has not approved", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotation_is_ordered_with_the_operators_key_and_followed_to_its_end()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.OnOrder = it.Keys.Rotate);
        var run = await node.RunAsync("key", "rotate", "--operator-key", node.WriteKey(), "--exclude", "node2", "--exclude", StaticNode.Id(99).ToString());
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("generation 4", run.Out, StringComparison.Ordinal);
        var order = Assert.Single(node.Desk.Orders);
        Assert.Equal(OrderKind.RotateKeys, order.Kind);
        Assert.Equal([StaticNode.Id(2), StaticNode.Id(99)], OrderNodes.Read(order.Payload.Span));
    }

    [Fact]
    public async Task A_rotation_that_waits_for_somebody_says_for_whom_and_what_to_do()
    {
        await using var node = await StaticNode.StartAsync(it =>
            it.Desk.OnOrder = () => it.Keys.Now = it.Keys.Now with { Next = 4, Holding = 2, Needed = 3, Missing = [NetAddress.V4(0x0A00_0003, 23123)] });
        var run = await node.RunAsync("key", "rotate", "--operator-key", node.WriteKey(), "--timeout", "2s");
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("Generation 4: 2 of 3 members hold it.", run.Out, StringComparison.Ordinal);
        Assert.Contains("10.0.0.3:23123", run.Out, StringComparison.Ordinal);
        Assert.Contains("--exclude NODE", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_operators_key_is_refused_before_anything_happens()
    {
        await using var node = await StaticNode.StartAsync();
        using var folder = new TemporaryFolder();
        using var other = OperatorKey.Create();
        other.Write(folder.At("other.operator"));
        var run = await node.RunAsync("secret", "replace", "--out", folder.At("new.flock"), "--operator-key", folder.At("other.operator"));
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Empty(node.Desk.Orders);
        Assert.False(File.Exists(folder.At("new.flock")));
    }

    [Fact]
    public async Task A_replaced_secret_is_in_the_new_flock_file_and_nowhere_else()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.OnOrder = it.Keys.Rotate);
        using var folder = new TemporaryFolder();
        var key = node.WriteKey();
        var run = await node.RunAsync("secret", "replace", "--out", folder.At("new.flock"), "--operator-key", key);
        Assert.Equal(ExitCode.Ok, run.Code);
        var file = FlockFile.Read(folder.At("new.flock"));
        Assert.Equal(node.Keys.OfferedSecret, file.Secret.ToArray());
        Assert.Equal(node.Desk.Key.PublicKey, file.OperatorPublicKey.ToArray());
        var order = Assert.Single(node.Desk.Orders);
        Assert.Equal((OrderKind.ReplaceSecret, 32), (order.Kind, order.Payload.Length));
        Assert.DoesNotContain(Convert.ToBase64String(file.Secret.Span), run.Out + run.Error, StringComparison.Ordinal);
        var again = await node.RunAsync("secret", "replace", "--out", folder.At("new.flock"), "--operator-key", key);
        Assert.Contains("is not overwritten", again.Error, StringComparison.Ordinal);
        Assert.Single(node.Desk.Orders);
    }

    [Fact]
    public async Task Nodes_that_wait_are_listed_and_let_in_by_name_address_or_id()
    {
        await using var node = await StaticNode.StartAsync(it => it.Keys.Now = it.Keys.Now with { NeedsApproval = true, Pending = [Waiting] });
        var key = node.WriteKey();
        var list = await node.RunAsync("node", "list");
        Assert.Contains("node77", list.Out, StringComparison.Ordinal);
        Assert.Contains("1m 30s", list.Out, StringComparison.Ordinal);
        foreach (var word in new[] { "node77", "10.0.0.77", "10.0.0.77:23123", StaticNode.Id(77).ToString() })
            Assert.Equal(ExitCode.Ok, (await node.RunAsync("node", "approve", word, "--operator-key", key)).Code);
        Assert.Equal(4, node.Desk.Orders.Count);
        Assert.All(node.Desk.Orders, order => Assert.Equal([StaticNode.Id(77)], OrderNodes.Read(order.Payload.Span)));
        Assert.Contains("Nobody here is called 'node78'", (await node.RunAsync("node", "revoke", "node78", "--operator-key", key)).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("node", "admission", "approve", "--operator-key", key)).Code);
        Assert.Equal([1], node.Desk.Orders[^1].Payload.ToArray());
    }

    [Fact]
    public async Task Nodes_that_were_shut_out_are_listed_and_let_in_again_by_the_name_that_they_had()
    {
        await using var node = await StaticNode.StartAsync(it => it.Keys.Now = it.Keys.Now with { ShutOut = [new(StaticNode.Id(2), 1795, true), new(StaticNode.Id(99), 1790, false)] });
        // It was in view until it was revoked.
        using var watch = await LiveRun.StartAsync(node, "watch");
        node.View.Change(view => view with { Members = [.. view.Members.Where(member => member.Id != StaticNode.Id(2))] });
        await watch.UntilAsync(lines => lines.Any(line => line.Contains("node2 (10.0.0.2:23123) left the view", StringComparison.Ordinal)));
        var list = (await node.RunAsync("node", "list")).Out;
        Assert.Matches($@"node2 +10\.0\.0\.2:23123 +revoked by order 1795 +{StaticNode.Id(2)}", list);
        Assert.Matches($@"- +- +denied by order 1790 +{StaticNode.Id(99)}", list);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("node", "approve", "node2", "--operator-key", node.WriteKey())).Code);
        Assert.Equal([StaticNode.Id(2)], OrderNodes.Read(Assert.Single(node.Desk.Orders).Payload.Span));
        Assert.Contains("was node2, which the operator has revoked by order 1795", (await node.RunAsync("doctor", "10.0.0.2")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_waited_and_was_denied_keeps_its_name()
    {
        await using var node = await StaticNode.StartAsync(it => it.Keys.Now = it.Keys.Now with { NeedsApproval = true, Pending = [Waiting] });
        var key = node.WriteKey();
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("node", "deny", "node77", "--operator-key", key)).Code);
        node.Keys.Now = node.Keys.Now with { Pending = [], ShutOut = [new(StaticNode.Id(77), 1790, false)] };
        Assert.Contains("node77", (await node.RunAsync("node", "list")).Out, StringComparison.Ordinal);
        Assert.Contains("(shut-out)", (await node.RunAsync("doctor", "10.0.0.77")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("node", "approve", "node77", "--operator-key", key)).Code);
    }

    [Fact]
    public async Task A_generation_that_nobody_has_counted_yet_is_not_said_to_be_held_by_none_of_none()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.OnOrder = () => it.Keys.Now = it.Keys.Now with { Next = 4 });
        var run = await node.RunAsync("key", "rotate", "--operator-key", node.WriteKey(), "--timeout", "2s");
        Assert.Contains("Generation 4 is made; the leader counts who holds it.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_knows_that_it_was_revoked_says_so()
    {
        await using var node = await StaticNode.StartAsync(it => it.Keys.Now = it.Keys.Now with { ShutOut = [new(StaticNode.Id(1), 1795, true)] });
        foreach (var word in new[] { "status", "doctor" })
        {
            var run = await node.RunAsync(word);
            Assert.Equal(ExitCode.No, run.Code);
            Assert.Contains("The operator has revoked this node, by order 1795", run.Out, StringComparison.Ordinal);
        }
        Assert.True((await node.RunAsync("status", "--json")).Json.GetProperty("outside").GetBoolean());
    }

    [Fact]
    public async Task Datagrams_of_a_node_that_was_revoked_are_unread_because_it_was()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.Keys.Now = it.Keys.Now with { ShutOut = [new(StaticNode.Id(2), 1795, true)] };
            it.Desk.Standing = it.Desk.Standing with { Unread = [new(StaticNode.At(2), 12, RejectReason.Malformed, new Instant(0)), new(StaticNode.At(7), 3, RejectReason.Malformed, new Instant(0))] };
        });
        using var watch = await LiveRun.StartAsync(node, "watch");
        node.View.Change(view => view with { Members = [.. view.Members.Where(member => member.Id != StaticNode.Id(2))] });
        await watch.UntilAsync(lines => lines.Any(line => line.Contains("node2 (10.0.0.2:23123) left the view", StringComparison.Ordinal)));

        var status = (await node.RunAsync("status")).Out;
        Assert.Contains("12 datagrams from 10.0.0.2:23123: Revoked,", status, StringComparison.Ordinal);
        Assert.Contains("3 datagrams from 10.0.0.7:23123: Malformed,", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_revokes_in_a_flock_without_keys_is_told_that_it_shuts_no_thief_out()
    {
        await using var node = await StaticNode.StartAsync(it => it.Keys.Now = new KeyReport());
        var key = node.WriteKey();
        foreach (var word in new[] { "revoke", "deny" })
            Assert.Contains("This flock has no keys of its own", (await node.RunAsync("node", word, "node2", "--operator-key", key)).Out, StringComparison.Ordinal);
        Assert.Contains("has no keys of its own", (await node.RunAsync("node", "admission", "approve", "--operator-key", key)).Out, StringComparison.Ordinal);
        node.Keys.Now = new KeyReport { Generation = 3 };
        var warned = (await node.RunAsync("node", "revoke", "node2", "--operator-key", key)).Out;
        Assert.DoesNotContain("no keys of its own", warned, StringComparison.Ordinal);
        Assert.Contains("until the new generation", warned, StringComparison.Ordinal);
    }
}
