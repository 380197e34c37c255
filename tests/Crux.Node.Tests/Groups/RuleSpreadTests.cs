using Crux.Machines.Trust;
using Crux.Node.Groups;
using Crux.Node.Security;
using Grpc.Core;

namespace Crux.Node.Tests.Groups;

/// <summary>The operator's rules, from one node's socket to every node's disk and back.</summary>
public sealed class RuleSpreadTests : IAsyncDisposable
{
    private readonly LoopbackFlock _flock = new();
    private readonly OperatorKey _key = OperatorKey.Create();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_reach_every_node_stay_over_restarts_and_come_to_who_joins_later()
    {
        FlockFile.Create(_key.PublicKey).Write(_flock.Directory["ours.flock"]);
        var nodes = await StartAsync(1, 2, 3);
        var first = Of(nodes[0]);
        await first.SealAsync();

        await first.ChangeAsync([Lawmaker.Allow("web", "galumph2")]);
        await first.ChangeAsync([Lawmaker.Allow("batch", "galumph2"), RuleChange.SetMode(new("*", "*"), TrustMode.Strict)]);
        foreach (var node in nodes)
            await UntilAsync(node, 2);
        foreach (var node in nodes)
            await Eventually.True(async () => await Of(node).AuditAsync() is ["Seal", "Rules", "Rules"], "the three orders in every node's record");
        // Away while something changes, and with what the disk says when it comes back.
        await nodes[2].StopAsync(Cancel);
        await first.ChangeAsync([RuleChange.Drop(new(TrustEffect.Allow, new("mill", "web"), new("mill", "galumph2"), []))]);
        nodes[2] = await StartOneAsync(3);
        Assert.True((await Of(nodes[2]).RulesAsync()).Revision >= 2);
        await UntilAsync(nodes[2], 3);
        // Too much for an order: whoever didn't take it from the operator has to fetch it, and so does a newcomer.
        await first.ChangeAsync([.. Enumerable.Range(0, 10_000).Select(i => Lawmaker.Allow($"caller{i}", "galumph2"))]);
        var late = await StartOneAsync(4);
        foreach (var node in nodes.Append(late))
            await UntilAsync(node, 4);
        Assert.Equal(10_001, (await Of(late).RulesAsync()).Rules.Length);
    }

    [Fact]
    public async Task Only_the_operator_changes_rules_of_a_sealed_flock_and_only_what_stands()
    {
        FlockFile.Create(_key.PublicKey).Write(_flock.Directory["ours.flock"]);
        var node = Of(await StartOneAsync(1));
        using var thief = OperatorKey.Create();

        var unsealed = await Assert.ThrowsAsync<RpcException>(() => node.ChangeAsync([Lawmaker.Allow("web", "galumph2")]));
        await node.SealAsync();
        var forged = await Assert.ThrowsAsync<RpcException>(() => node.ChangeAsync([Lawmaker.Allow("web", "galumph2")], thief));
        await node.ChangeAsync([Lawmaker.Allow("web", "galumph2")]);
        var stale = await Assert.ThrowsAsync<RpcException>(() => node.ChangeAsync([Lawmaker.Allow("batch", "galumph2")], from: RuleSet.Empty));

        Assert.Contains("Seal it first", unsealed.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("not signed by this flock's operator", forged.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("changed since you looked", stale.Status.Detail, StringComparison.Ordinal);
        await Eventually.True(async () => (await node.RulesAsync()).Revision == 1, "the one change that was right");
    }

    [Fact]
    public async Task Damaged_rules_stop_the_start_and_lost_ones_come_back_from_others()
    {
        FlockFile.Create(_key.PublicKey).Write(_flock.Directory["ours.flock"]);
        var nodes = await StartAsync(1, 2);
        await Of(nodes[0]).SealAsync();
        await Of(nodes[0]).ChangeAsync([Lawmaker.Allow("web", "galumph2")]);
        await UntilAsync(nodes[1], 1);
        await nodes[1].StopAsync(Cancel);
        var path = FileGroupStore.Open(_flock.Options(2).StateDirectory, new BlocId("tests"), "mill").PathOf("rules");
        Assert.Equal(DurableFile.OwnerOnly, File.GetUnixFileMode(path));
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[^9] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancel);

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => StartOneAsync(2));
        Assert.Contains("is damaged", refused.Message, StringComparison.Ordinal);
        File.Delete(path);
        await UntilAsync(await StartOneAsync(2), 1);
        // They bite first and are kept next.
        await Eventually.True(() => File.Exists(path), "the rules on the disk again");
    }

    public async ValueTask DisposeAsync()
    {
        await _flock.DisposeAsync();
        _key.Dispose();
    }

    private Lawmaker Of(CruxNode node) => new(_key, _flock.Channel(node));

    private async Task UntilAsync(CruxNode node, uint revision)
    {
        var lawmaker = Of(node);
        await Eventually.True(async () => await lawmaker.ReadAsync() is { Missing: false } && (await lawmaker.RulesAsync()).Revision == revision, $"revision {revision} on {node.SocketPath}");
    }

    private async Task<CruxNode> StartOneAsync(int number)
    {
        var node = _flock.Node(number, _flock.Directory["ours.flock"]);
        await node.StartAsync(Cancel);
        return node;
    }

    private async Task<CruxNode[]> StartAsync(params int[] numbers)
    {
        var nodes = await Task.WhenAll(numbers.Select(StartOneAsync));
        await LoopbackFlock.Whole(nodes);
        return nodes;
    }
}
