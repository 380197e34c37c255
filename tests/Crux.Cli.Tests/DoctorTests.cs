using Crux.Machines.Flock;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Keys;
using Crux.Services.Operator;

namespace Crux.Cli.Tests;

public sealed class DoctorTests
{
    private const string Missing = "10.0.0.66";

    private static readonly CloneSeen Copied = new(StaticNode.Id(10), "node10", StaticNode.At(10), NetAddress.V4(0x0a000063, 23123));

    [Theory]
    [InlineData("10.0.0.1", ProbeOutcome.Answer, ProbeOutcome.Answer, "self")]
    [InlineData("10.0.0.2", ProbeOutcome.Silence, ProbeOutcome.Silence, "member")]
    [InlineData("node2", ProbeOutcome.Silence, ProbeOutcome.Silence, "member")]
    [InlineData(Missing, ProbeOutcome.Answer, ProbeOutcome.Answer, "joining")]
    [InlineData("10.9.0.1", ProbeOutcome.Answer, ProbeOutcome.Answer, "out-of-range")]
    [InlineData("10.9.0.2:4000", ProbeOutcome.Answer, ProbeOutcome.Answer, "joining")]
    [InlineData("10.0.0.66:999", ProbeOutcome.Answer, ProbeOutcome.Answer, "wrong-port")]
    [InlineData(Missing, ProbeOutcome.Refused, ProbeOutcome.Refused, "not-running")]
    [InlineData(Missing, ProbeOutcome.NoWay, ProbeOutcome.NoWay, "no-machine")]
    [InlineData(Missing, ProbeOutcome.Forbidden, ProbeOutcome.Answer, "own-firewall")]
    [InlineData(Missing, ProbeOutcome.Silence, ProbeOutcome.Answer, "firewall")]
    [InlineData(Missing, ProbeOutcome.Silence, ProbeOutcome.Refused, "firewall")]
    [InlineData(Missing, ProbeOutcome.Silence, ProbeOutcome.NoWay, "no-machine")]
    [InlineData(Missing, ProbeOutcome.Silence, ProbeOutcome.Silence, "silent")]
    [InlineData(Missing, ProbeOutcome.Unreadable, ProbeOutcome.Answer, "wrong-secret")]
    [InlineData("10.0.0.7", ProbeOutcome.Silence, ProbeOutcome.Answer, "wrong-secret")]
    [InlineData("10.0.0.7:24000", ProbeOutcome.Silence, ProbeOutcome.Refused, "wrong-port")]
    [InlineData("10.0.0.9", ProbeOutcome.Silence, ProbeOutcome.Answer, "wrong-name")]
    public async Task Each_sign_has_its_name(string address, ProbeOutcome udp, ProbeOutcome tcp, string code)
    {
        await using var node = await StaticNode.StartAsync(it => (it.Desk.Probe, it.Desk.Standing) = (new ProbeResult(udp, tcp, null), StaticDesk.Crowded));
        var finding = Assert.Single((await node.RunAsync("doctor", address, "--json")).Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(code, finding.GetProperty("code").GetString());
        Assert.Equal(finding.GetProperty("trouble").GetBoolean(), finding.GetProperty("remedy").GetString()!.Length > 0);
    }

    [Theory]
    [InlineData("lab", "prod", "wrong-bloc")]
    [InlineData("main", "test", "wrong-name")]
    [InlineData("main", "prod", "foreign-flock")]
    public async Task A_stranger_that_names_itself_is_named(string bloc, string flock, string code)
    {
        var at = NetAddress.V4(0x0a000042, 23123);
        await using var node = await StaticNode.StartAsync(it => it.Desk.Probe = new ProbeResult(ProbeOutcome.Foreign, ProbeOutcome.Answer, new ForeignSighting(bloc, flock, 0x77, at)));
        var run = await node.RunAsync("doctor", "10.0.0.66", "--json");
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Equal(code, run.Json.GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_node_alone_is_told_what_it_can_not_read_and_where_it_looks()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.View.Start(view => view with { Members = StaticNode.Alone });
            it.Desk.Standing = StaticDesk.Crowded with { Foreigners = [], Clones = [Copied] };
        });
        var codes = (await node.RunAsync("doctor", "--json")).Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString());
        Assert.Equal(["cloned-identity", "wrong-secret", "alone"], codes);
    }

    [Fact]
    public async Task A_copy_with_an_identity_of_its_own_is_cured_and_so_is_a_flock_that_was_absorbed()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.Standing = StaticDesk.Crowded with
        {
            Unread = [],
            Clones = [new CloneSeen(StaticNode.Id(10), "node10", StaticNode.At(10), StaticNode.At(2))],
            Foreigners = [new ForeignSighting("main", "prod", 0x0bad, StaticNode.At(2)), new ForeignSighting("main", "prod", 0x5ea1, NetAddress.V4(0x0a000009, 23123))],
        });
        var finding = Assert.Single((await node.RunAsync("doctor", "--json")).Json.GetProperty("findings").EnumerateArray());
        Assert.Equal("members", finding.GetProperty("code").GetString());
        Assert.DoesNotContain("!", (await node.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_member_said_before_both_had_the_keys_is_no_sign_of_another_secret()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.Traffic.Now.DatagramsRejected = 11_000;
            it.Desk.Standing = StaticDesk.Crowded with { Foreigners = [], Unread = [new UnreadSource(StaticNode.At(2), 12, RejectReason.NotAuthentic, new Instant(0))] };
        });
        var finding = Assert.Single((await node.RunAsync("doctor", "--json")).Json.GetProperty("findings").EnumerateArray());
        Assert.Equal("members", finding.GetProperty("code").GetString());
        Assert.DoesNotContain("could not be read", (await node.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x0bad, "foreign-flock")]
    [InlineData(0, "not-taken")]
    public async Task Who_has_the_secret_and_is_not_taken_is_not_said_to_have_another(int uuid, string code)
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.Standing = StaticDesk.Crowded with
        {
            Foreigners = [new ForeignSighting("main", "prod", (UInt128)uuid, NetAddress.V4(0x0a000009, 23123))],
            Unread = [new UnreadSource(NetAddress.V4(0x0a000008, 23123), 1, RejectReason.Malformed, new Instant(0))],
        });
        Assert.Equal(code, (await node.RunAsync("doctor", "10.0.0.8", "--json")).Json.GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_node_that_is_kept_out_is_told_why_and_not_to_give_up_voters()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.Keys.Now = new KeyReport { Refused = "The operator has shut this node out. Run 'crux node approve X' on a member." };
            it.Desk.Standing = StaticDesk.Crowded with
            {
                Foreigners = [],
                Unread = [],
                ReadAt = new Instant(TimeSpan.TicksPerHour),
                Election = new((UInt128)0x2a5c71d9_00000abc << 64, false, 0, 0, default, []) { UnledSince = new Instant(0) },
            };
        });
        var finding = Assert.Single((await node.RunAsync("doctor", "--json")).Json.GetProperty("findings").EnumerateArray());
        Assert.Equal("approval-pending", finding.GetProperty("code").GetString());
        Assert.DoesNotContain("refound", (await node.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_firewall_of_ones_own_that_lets_nothing_in_is_not_taken_for_a_moments_wait()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.Traffic.Now.DatagramsReceived = it.Traffic.Now.DatagramsRejected = 0;
            (it.Desk.Probe, it.Desk.Standing) = (new ProbeResult(ProbeOutcome.Answer, ProbeOutcome.Answer, null), StaticDesk.Crowded with { Unread = [] });
        });
        Assert.Equal("own-firewall", (await node.RunAsync("doctor", Missing, "--json")).Json.GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_is_told_of()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.Standing = FlockStanding.None with { NotWritten = ["/var/lib/crux/keys can't be written: no space."] });
        Assert.Contains("(not-written)", (await node.RunAsync("doctor")).Out, StringComparison.Ordinal);
        Assert.Contains("! /var/lib/crux/keys can't be written: no space. See 'crux doctor'.", (await node.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unread_datagrams_of_long_ago_are_no_sign()
    {
        await using var node = await StaticNode.StartAsync(it => it.Desk.Standing = StaticDesk.Crowded with { Foreigners = [], ReadAt = new Instant(TimeSpan.TicksPerHour) });
        var finding = Assert.Single((await node.RunAsync("doctor", "--json")).Json.GetProperty("findings").EnumerateArray());
        Assert.Equal("members", finding.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Where_no_node_answers_the_command_says_so_itself()
    {
        using var folder = new TemporaryFolder();
        var run = await Transcript.OfAsync("--socket", folder.At("none.sock"), "doctor", "10.0.0.2", "--json");
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Equal("no-node", run.Json.GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("doctor", "node7");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("is no address", run.Error, StringComparison.Ordinal);
        Assert.Contains("a flock speaks one of the two", (await node.RunAsync("doctor", "fe80::1")).Error, StringComparison.Ordinal);
    }
}
