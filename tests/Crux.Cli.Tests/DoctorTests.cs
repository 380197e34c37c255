using Crux.Machines.Flock.Authority;
using Crux.Services.Operator;

namespace Crux.Cli.Tests;

public sealed class DoctorTests
{
    private const string Missing = "10.0.0.66";

    [Theory]
    [InlineData("10.0.0.1", ProbeOutcome.Answer, ProbeOutcome.Answer, "self")]
    [InlineData("10.0.0.2", ProbeOutcome.Silence, ProbeOutcome.Silence, "member")]
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
            it.Desk.Standing = StaticDesk.Crowded with { Foreigners = [], Clones = ["Node id 01 is alive at two addresses."] };
        });
        var codes = (await node.RunAsync("doctor", "--json")).Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString());
        Assert.Equal(["cloned-identity", "wrong-secret", "alone"], codes);
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
    }
}
