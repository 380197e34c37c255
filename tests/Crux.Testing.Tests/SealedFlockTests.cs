using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Testing.Tests;

public sealed class SealedFlockTests
{
    [Fact]
    public async Task A_flock_that_starts_with_rules_lets_in_whom_they_name_until_they_say_otherwise()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 21, options => options.Rules.Add("allow web galumph2 Table"), Stop);
        await using var service = await flock.Nodes[1].ServeAsync<EchoService>("galumph2_3", cancellationToken: Stop);
        await using var web = flock.Nodes[0].ChannelTo("galumph2", options => options.ClientName = "web");
        await using var batch = flock.Nodes[0].ChannelTo("galumph2", options => options.ClientName = "batch");

        Assert.Equal(StatusCode.OK, await AskAsync(web));
        Assert.Equal(StatusCode.PermissionDenied, await AskAsync(batch));

        await flock.ChangeRulesAsync(["drop allow web galumph2 Table", "allow batch galumph2"], Stop);
        await flock.UntilAsync(async () => await AskAsync(web) == StatusCode.PermissionDenied && await AskAsync(batch) == StatusCode.OK, "the service to hear of it", Stop);
    }

    [Fact]
    public async Task A_node_that_is_revoked_is_called_by_nobody_and_calls_nobody()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 22, options => options.IsSealed = true, Stop);
        var thief = flock.Nodes[2];
        await using var good = await flock.Nodes[1].ServeAsync<EchoService>("galumph2_3", cancellationToken: Stop);
        await using var bad = await thief.ServeAsync<EchoService>("galumph2_4", cancellationToken: Stop);
        await using var home = flock.Nodes[0].ChannelTo("galumph2");
        await using var theirs = thief.ChannelTo("galumph2_3");
        await flock.UntilAsync(async () => (await AnswerAsync(home)).StartsWith("node3:", StringComparison.Ordinal) && await AskAsync(theirs) == StatusCode.OK, "calls to and from node3", Stop);

        await flock.RevokeAsync(thief, Stop);

        await flock.UntilAsync(async () => await AskAsync(theirs) != StatusCode.OK, "node3 to be shut out", Stop);
        await flock.UntilAsync(async () => (await AnswerAsync(home)).StartsWith("node2:", StringComparison.Ordinal), "calls to go to node2", Stop);
        Assert.StartsWith("node2:", await AnswerAsync(home), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_of_a_revoked_node_is_not_called_where_there_is_no_other_though_it_would_answer()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 24, options => options.IsSealed = true, Stop);
        await using var bad = await flock.Nodes[1].ServeAsync<EchoService>("galumph2_4", cancellationToken: Stop);
        await using var home = flock.Nodes[0].ChannelTo("galumph2");
        await flock.UntilAsync(async () => await AskAsync(home) == StatusCode.OK, "a first call", Stop);

        await flock.RevokeAsync(flock.Nodes[1], Stop);

        await flock.UntilAsync(async () => await AskAsync(home) != StatusCode.OK, "node1's processes to hear of it", Stop);
        Assert.NotEqual(StatusCode.OK, await AskAsync(home));
    }

    [Fact]
    public async Task A_line_that_is_no_rule_is_refused_with_what_would_be_one()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 1, seed: 23, cancellationToken: Stop);
        foreach (var (line, part) in new[]
        {
            ("alow web galumph2", "is no rule: write 'allow FROM TO"), ("allow web", "is no rule"), ("mode loud", "is no rule"), ("allow we!b galumph2", "names nobody"),
            ("allow web galumph2 Ta!ble", "is no method"), ("drop allow web galumph2", "allow test/web test/galumph2"),
        })
        {
            var refused = await Assert.ThrowsAsync<ArgumentException>(() => flock.ChangeRulesAsync([line], Stop));
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<StatusCode> AskAsync(Crux.Client.CruxChannel channel)
    {
        try
        {
            await AnswerAsync(channel);
            return StatusCode.OK;
        }
        catch (RpcException refused)
        {
            return refused.StatusCode;
        }
    }

    private static async Task<string> AnswerAsync(Crux.Client.CruxChannel channel) =>
        (await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), deadline: DateTime.UtcNow.AddSeconds(2), cancellationToken: Stop)).ServedBy;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
