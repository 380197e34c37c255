using Crux.Protos.Samples;
using Grpc.Core;
using Grpc.Health.V1;

namespace Crux.Client.Tests;

/// <summary>Keys of one service or client that an operator takes back: live connections end, new keys count.</summary>
public sealed class KeyBanTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_is_taken_back_ends_its_streams_and_nobody_elses_and_the_process_goes_on_with_a_new_one()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var web = Client(node, "web");
        await using var batch = Client(node, "batch");
        using var one = await WatchAsync(web);
        using var other = await WatchAsync(batch);
        var (next, still) = (EndOf(one), EndOf(other));

        node.Rules.Ban(node.Self.Id, "web");

        await Assert.ThrowsAsync<RpcException>(() => next);
        await Eventually.True(() => CanCall(web), "the new key counts");
        Assert.False(still.IsCompleted);
    }

    [Fact]
    public async Task For_good_means_that_no_new_key_counts_either_until_that_is_lifted()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var web = Client(node, "web");
        using var stream = await WatchAsync(web);
        var next = EndOf(stream);

        node.Rules.Ban(node.Self.Id, "web", forGood: true);

        await Assert.ThrowsAsync<RpcException>(() => next);
        await using var again = Client(node, "web");
        Assert.False(CanCall(again));
        node.Rules.Lift(node.Self.Id, "web");
        await Eventually.True(() => CanCall(again), "lifted");
    }

    [Fact]
    public async Task A_ban_for_one_endpoint_leaves_the_keys_for_others_alone_and_one_of_another_node_everything()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var web = Client(node, "web");
        using var stream = await WatchAsync(web);
        var next = EndOf(stream);

        node.Rules.Ban(node.Self.Id, "web", to: "other1", forGood: true);
        node.Rules.Ban(new NodeId(1, 2), "web", forGood: true);
        Assert.True(CanCall(web));
        Assert.False(next.IsCompleted);
        node.Rules.Ban(node.Self.Id, "web", to: "galumph2", forGood: true);

        await Assert.ThrowsAsync<RpcException>(() => next);
    }

    [Fact]
    public async Task A_key_to_serve_with_is_void_to_clients_and_its_successor_takes_the_calls()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.KeyOverlap = TimeSpan.Zero);
        await using var web = Client(node, "web");
        using var stream = await WatchAsync(web);
        var next = EndOf(stream);
        var before = Convert.ToHexString(service.Pin.Span);

        node.Rules.Ban(node.Self.Id, "galumph2_3");

        await Assert.ThrowsAsync<RpcException>(() => next);
        await Eventually.True(() => CanCall(web), "the new key counts");
        Assert.NotEqual(before, Convert.ToHexString(service.Pin.Span));
    }

    private static CruxChannel Client(LocalNode node, string name) => CruxChannel.For("galumph2", options =>
    {
        options.Socket = node.Socket;
        options.ClientName = name;
    });

    private static async Task<AsyncServerStreamingCall<HealthCheckResponse>> WatchAsync(CruxChannel channel)
    {
        var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        return call;
    }

    // A stream may tell of the service's health meanwhile: that it tells something is no end.
    private static async Task EndOf(AsyncServerStreamingCall<HealthCheckResponse> call) => await call.ResponseStream.ReadAllAsync(Cancel).CountAsync(Cancel);

    private static bool CanCall(CruxChannel channel)
    {
        try
        {
            new Galumph.GalumphClient(channel).Table(new TableRequest(), deadline: DateTime.UtcNow + TimeSpan.FromSeconds(1), cancellationToken: Cancel);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
