using Crux.Machines.Flock.Authority;
using Crux.Node.Security;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Node.Tests.Groups;

/// <summary>Operators over mutual TLS: what each may, who is refused, and that it ends with the order that takes one back.</summary>
public sealed class DistantOperatorTests : IAsyncDisposable
{
    private readonly LoopbackFlock _flock = new();
    private readonly OperatorKey _root = OperatorKey.Create();
    private readonly OperatorKey _alice = OperatorKey.Create();
    private readonly OperatorKey _bob = OperatorKey.Create();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_at_a_distance_may_what_its_role_says_and_nothing_that_is_for_local_processes()
    {
        var (near, far) = await StartAsync();
        await near.EmployAsync(("alice", OperatorRole.View, _alice), ("bob", OperatorRole.Operate, _bob));
        using var alice = new DistantOperator(far, _alice);
        using var bob = new DistantOperator(far, _bob);
        using var root = new DistantOperator(far, _root);

        await Eventually.True(() => AnswersAsync(alice), "the far node to know alice");
        Assert.Equal(("node2", "node2", "node2"), (await alice.NameAsync(), await bob.NameAsync(), await root.NameAsync()));
        Assert.Empty((await alice.Rules.GetCallsAsync(new GetCallsRequest(), cancellationToken: Cancel)).Calls);
        Assert.Empty((await alice.Reeve.FindAsync(new FindRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Cancel)).Offers);
        await bob.SetLogLevelAsync();

        var beyond = await RefusedAsync(alice.SetLogLevelAsync());
        Assert.Contains("Operator 'alice' has the role 'view', and this takes 'operate'", beyond.Status.Detail, StringComparison.Ordinal);
        var local = await RefusedAsync(root.Reeve.EnrollAsync(new EnrollRequest(), cancellationToken: Cancel).ResponseAsync);
        Assert.Contains("for processes of this machine", local.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_no_operator_gets_nowhere_and_who_is_one_no_more_is_cut_off_at_once_and_after_a_restart()
    {
        var (near, far) = await StartAsync();
        using var stranger = new DistantOperator(far, _bob);
        Assert.False(await AnswersAsync(stranger));
        await near.EmployAsync(("alice", OperatorRole.Trust, _alice));
        using var alice = new DistantOperator(far, _alice);
        await Eventually.True(() => AnswersAsync(alice), "the far node to know alice");
        using var watch = alice.Watch();
        await watch.ResponseHeadersAsync;

        await near.EmployAsync();
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(Cancel))
            {
            }
        });
        Assert.NotEqual(StatusCode.OK, ended.StatusCode);
        Assert.False(await AnswersAsync(alice));

        await far.StopAsync(Cancel);
        var again = _flock.Node(2, _flock.Directory["ours.flock"]);
        await again.StartAsync(Cancel);
        using var back = new DistantOperator(again, _alice);
        Assert.False(await AnswersAsync(back));
        Assert.Equal(["Seal", "Operators", "Operators"], await new Lawmaker(_root, _flock.Channel(again)).AuditAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _flock.DisposeAsync();
        foreach (var key in (OperatorKey[])[_root, _alice, _bob])
            key.Dispose();
    }

    private static async Task<bool> AnswersAsync(DistantOperator distant)
    {
        try
        {
            return (await distant.NameAsync()).Length > 0;
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
        {
            return false;
        }
    }

    private static async Task<RpcException> RefusedAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        return refused;
    }

    private async Task<(Lawmaker Near, CruxNode Far)> StartAsync()
    {
        FlockFile.Create(_root.PublicKey).Write(_flock.Directory["ours.flock"]);
        var nodes = new[] { _flock.Node(1, _flock.Directory["ours.flock"]), _flock.Node(2, _flock.Directory["ours.flock"]) };
        await Task.WhenAll(nodes.Select(node => node.StartAsync(Cancel)));
        await LoopbackFlock.Whole(nodes);
        var near = new Lawmaker(_root, _flock.Channel(nodes[0]));
        await near.SealAsync();
        var other = new Lawmaker(_root, _flock.Channel(nodes[1]));
        await Eventually.True(async () => await other.AuditAsync() is ["Seal"], "both nodes to be sealed");
        return (near, nodes[1]);
    }
}
