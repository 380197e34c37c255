using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Election;
using Crux.Node.Security;
using Crux.Services.Operator;

namespace Crux.Cli.Tests;

public sealed class FlockTests
{
    [Fact]
    public async Task A_seal_is_signed_here_and_waited_for()
    {
        await using var node = await Unsealed();
        node.Desk.OnOrder = () => node.Desk.Standing = node.Desk.Standing with { Sealing = new SealStatus(0xabcdef, 1, "", 0) };
        var run = await node.RunAsync("flock", "seal", "--expect", "3", "--operator-key", node.WriteKey(), "--json");
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal("00000000000000000000000000abcdef", run.Json.GetProperty("uuid").GetString());
        var order = Assert.Single(node.Desk.Orders);
        Assert.Equal((OrderKind.Seal, "main", "prod"), (order.Kind, order.Bloc, order.Flock));
        Assert.True(SealTerms.TryRead(order.Payload.Span, out var terms));
        Assert.Equal(new SealTerms(3, false), terms);
        Assert.True(order.Sequence > 7);
    }

    [Fact]
    public async Task A_seal_that_has_to_wait_says_what_for()
    {
        await using var node = await Unsealed();
        node.Desk.OnOrder = () => node.Desk.Standing = node.Desk.Standing with { Sealing = new SealStatus(0, 0, "2 of 3 nodes are seen", 0) };
        var run = await node.RunAsync("flock", "seal", "--expect", "3", "--operator-key", node.WriteKey(), "--timeout", "1s");
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("2 of 3 nodes are seen", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flock seal --operator-key x", "--expect N, or --solo")]
    [InlineData("flock seal --expect 2 --solo --operator-key x", "--expect N, or --solo")]
    [InlineData("flock seal --expect 0 --operator-key x", "at least 1")]
    [InlineData("flock seal --expect 2", "--operator-key")]
    [InlineData("flock absorb abc --operator-key x", "32 hexadecimal digits")]
    public async Task What_can_not_be_meant_is_refused(string line, string part)
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.Empty(node.Desk.Orders);
    }

    [Fact]
    public async Task A_key_that_is_missing_open_to_others_or_of_another_operator_is_refused_with_what_to_do()
    {
        await using var node = await Unsealed();
        var run = await node.RunAsync("flock", "seal", "--solo", "--operator-key", "/nowhere/prod.operator");
        Assert.Equal((ExitCode.Refused, true), (run.Code, run.Error.Contains("There is no operator key", StringComparison.Ordinal)));

        var path = node.WriteKey();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        run = await node.RunAsync("flock", "seal", "--solo", "--operator-key", path);
        Assert.Equal((ExitCode.Refused, true), (run.Code, run.Error.Contains("chmod 600", StringComparison.Ordinal)));

        using var folder = new TemporaryFolder();
        using (var other = OperatorKey.Create())
            other.Write(folder.At("other.operator"));
        run = await node.RunAsync("flock", "seal", "--solo", "--operator-key", folder.At("other.operator"));
        Assert.Equal((ExitCode.Refused, true), (run.Code, run.Error.Contains("is not the key of this flock's operator", StringComparison.Ordinal)));
        Assert.Empty(node.Desk.Orders);
    }

    [Fact]
    public async Task What_the_node_refuses_is_said_in_its_words()
    {
        await using var node = await Unsealed();
        node.Desk.Problem = "The flock is sealed already.";
        var run = await node.RunAsync("flock", "seal", "--solo", "--operator-key", node.WriteKey());
        Assert.Equal((ExitCode.Refused, "crux: The flock is sealed already.\n"), (run.Code, run.Error));
    }

    [Fact]
    public async Task An_absorb_is_shown_first_and_done_when_it_is_meant()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.Standing = StaticDesk.Crowded);
        var key = node.WriteKey();
        var survivor = 0x0bad.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
        var shown = await node.RunAsync("flock", "absorb", survivor, "--operator-key", key);
        Assert.Equal(ExitCode.No, shown.Code);
        Assert.Contains("members    3", shown.Out, StringComparison.Ordinal);
        Assert.Contains("Nothing was done", shown.Out, StringComparison.Ordinal);
        Assert.Empty(node.Desk.Orders);

        var done = await node.RunAsync("flock", "absorb", survivor, "--operator-key", key, "--yes", "--json");
        Assert.Equal(ExitCode.Ok, done.Code);
        Assert.True(done.Json.GetProperty("ordered").GetBoolean());
        Assert.True(done.Json.GetProperty("isNear").GetBoolean());
        Assert.Equal((OrderKind.Absorb, (UInt128)0x5ea1), (node.Desk.Orders.Single().Kind, node.Desk.Orders.Single().Lineage));
    }

    [Fact]
    public async Task A_refounding_shows_who_is_missing_first_and_is_done_when_it_is_meant()
    {
        await using var node = await StaticNode.StartAsync();
        var self = node.View.Current.Self;
        node.Desk.Standing = Bereft(self);
        node.Desk.Plan = RefoundTerms.Of(0x5ea1, 1 << 25, [(self, NetAddress.V4(0x0a000001, 23123))]);
        var key = node.WriteKey();
        var shown = await node.RunAsync("flock", "refound", "--operator-key", key);
        Assert.Equal(ExitCode.No, shown.Code);
        Assert.Contains("former     burnt at 10.0.0.8:23123: gone", shown.Out, StringComparison.Ordinal);
        Assert.Contains("Nothing was done", shown.Out, StringComparison.Ordinal);
        Assert.Empty(node.Desk.Orders);

        var done = await node.RunAsync("flock", "refound", "--operator-key", key, "--yes", "--json");
        Assert.Equal(ExitCode.Ok, done.Code);
        Assert.Equal("gone", done.Json.GetProperty("former")[1].GetProperty("presence").GetString());
        var order = Assert.Single(node.Desk.Orders);
        Assert.Equal((OrderKind.Refound, self), (order.Kind, Assert.Single(RefoundTerms.TryRead(order.Payload.Span)!.VoterIds)));
    }

    [Fact]
    public async Task Where_nothing_was_lost_there_is_nothing_to_refound()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("flock", "refound", "--operator-key", node.WriteKey(), "--yes");
        Assert.Equal((ExitCode.Refused, true), (run.Code, run.Error.Contains("nothing to refound", StringComparison.Ordinal)));
        Assert.Empty(node.Desk.Orders);
    }

    [Fact]
    public async Task Status_and_doctor_name_the_voters_that_are_gone_and_what_to_do()
    {
        await using var node = await StaticNode.StartAsync();
        node.Desk.Standing = Bereft(node.View.Current.Self);
        foreach (var command in (string[])["status", "doctor"])
        {
            var run = await node.RunAsync(command);
            Assert.Contains("No fenced leader: 1 of 2 voters are gone (burnt at 10.0.0.8:23123)", run.Out, StringComparison.Ordinal);
            Assert.Contains("crux flock refound", run.Out, StringComparison.Ordinal);
        }
    }

    private static FlockStanding Bereft(NodeId self) => FlockStanding.None with
    {
        ReadAt = new Instant(TimeSpan.TicksPerHour),
        Election = new ElectionReport(0x5ea1, true, 4, 0, Instant.Zero,
            [new VoterReport(self, "me", NetAddress.V4(0x0a000001, 23123), VoterPresence.Here), new VoterReport(new NodeId(8, 8), "burnt", NetAddress.V4(0x0a000008, 23123), VoterPresence.Gone)])
        {
            UnledSince = new Instant(1),
        },
    };

    private static Task<StaticNode> Unsealed() =>
        StaticNode.StartAsync(node => node.Desk.Standing = StaticDesk.Crowded with { Sealing = new SealStatus(0, 0, "", 0) });
}
