using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary>Rules, operators and a revocation, by <c>crux</c> alone, over daemons that are processes.</summary>
public sealed class TrustTests
{
    [Fact]
    public async Task Rules_bite_and_an_operator_at_a_distance_revokes_a_node_until_it_is_one_no_more()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(3, stopping);
        var (near, thief) = (flock.Nodes[1], flock.Nodes[2]);
        var root = flock.Lab.Directory.In("lab.operator");
        var night = flock.Lab.Directory.In("night.operator");
        var others = flock.Nodes.Take(2).ToList();
        await DoesAsync(near, "flock", "seal", "--expect", "3", "--operator-key", root, "--timeout", "30s");
        var server = new LoadServer(flock.Nodes[0], "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);
        var caller = new LoadCaller(thief, "galumph2", loops: 1, pauseMs: 50);
        await Eventually.HoldsAsync(LabFlock.Patience, () => Answers() > 0 ? null : caller.Process.Story, stopping);

        // Default deny, and a rule against it.
        await DoesAsync(near, "trust", "mode", "strict", "--operator-key", root);
        await Eventually.HoldsAsync(LabFlock.Patience, () => caller.Report.Failed > 0 ? null : caller.Process.Story, stopping);
        await DoesAsync(near, "trust", "allow", "*", "galumph2", "--operator-key", root);
        var before = Answers();
        await Eventually.HoldsAsync(LabFlock.Patience, () => Answers() > before ? null : caller.Process.Story, stopping);

        // An operator with a key of its own, who has never been at that node.
        await DoesAsync(near, "operator", "key", "night", "--out", flock.Lab.Directory.FullName);
        await DoesAsync(near, "operator", "add", "night", "--role", "trust", "--key", $"{night}.pub", "--operator-key", root);
        var id = Convert.ToHexStringLower((await near.StatusAsync())!.Node.NodeId.Span);
        string[] distant = ["--host", $"{near.Host.Address}", "--operator-key", night];
        var unknown = await CruxAsync(flock.Nodes[0], ["status", .. distant]);
        Assert.Contains($"--node-id {id}", unknown.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        await RunsAsync(flock.Nodes[0], ["status", .. distant, "--node-id", id]);

        // Another node than the one that was named: that one said who else is of the flock.
        var revoked = await RunsAsync(near, ["trust", "revoke", thief.Name, "--host", $"{flock.Nodes[0].Host.Address}", "--operator-key", night]);
        Assert.Contains("crux node admission approve", revoked.Out.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Figure.Note($"out of sight of all after {await flock.WhenWholeAsync(others, LabFlock.Patience, stopping)}");
        await DoesAsync(near, "operator", "remove", "night", "--operator-key", root);
        var ended = Answers();
        var former = await CruxAsync(flock.Nodes[0], ["members", .. distant]);
        Assert.NotEqual(0, former.ExitCode);
        var audit = await RunsAsync(flock.Nodes[0], ["audit", "--json", "--socket", flock.Nodes[0].Socket]);
        Assert.Contains("\"kind\":\"revoke\",", audit.Out, StringComparison.Ordinal);
        Assert.Contains("\"signedBy\":\"night\",\"verified\":true", audit.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"verified\":false", audit.Out, StringComparison.Ordinal);
        // Two commands long, at twenty calls a second before: its stream of calls has ended, and no new one begins.
        Assert.Equal(ended, Answers());

        // One caller's keys on one node, and nothing else of that node.
        var other = new LoadCaller(near, "galumph2", loops: 1, pauseMs: 50);
        await Eventually.HoldsAsync(LabFlock.Patience, () => other.Report.ServedBy.Count > 0 ? null : other.Process.Story, stopping);
        await DoesAsync(near, "trust", "revoke", near.Name, "--service", "Crux.System.Load", "--for-good", "--operator-key", root);
        await Eventually.HoldsAsync(LabFlock.Patience, async () => (await RulesThereAsync()).Contains("\"service\":\"Crux.System.Load\"", StringComparison.Ordinal) ? null : "not heard of", stopping);
        var last = other.Report.ServedBy.Values.Sum();
        await RulesThereAsync();
        Assert.Equal(last, other.Report.ServedBy.Values.Sum());

        async Task<string> RulesThereAsync() => (await RunsAsync(flock.Nodes[0], ["trust", "rules", "--json", "--socket", flock.Nodes[0].Socket])).Out;

        long Answers() => caller.Report.ServedBy.Values.Sum();

        async Task DoesAsync(FulcrumHost node, params string[] words)
        {
            var crux = node.Crux(words);
            Assert.True(await crux.WaitForExitAsync(LabFlock.Patience, stopping) == 0, crux.Story);
        }

        async Task<LabProcess> CruxAsync(FulcrumHost from, string[] words)
        {
            var crux = from.Host.Start($"crux-{from.Name}-{words[0]}-{Guid.NewGuid():n}", Programs.CruxCli, words);
            await crux.WaitForExitAsync(LabFlock.Patience, stopping);
            return crux;
        }

        async Task<LabProcess> RunsAsync(FulcrumHost from, string[] words)
        {
            var crux = await CruxAsync(from, words);
            Assert.True(crux.ExitCode == 0, crux.Story);
            return crux;
        }
    }
}
