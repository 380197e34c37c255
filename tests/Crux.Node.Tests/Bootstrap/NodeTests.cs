using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Crux.Node.Tests.Bootstrap;

public sealed class NodeTests : IAsyncDisposable
{
    private readonly LoopbackFlock _flock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_nodes_become_a_flock_whose_registry_survives_its_leader()
    {
        var nodes = await _flock.StartAsync(3);
        var services = new List<AsyncDuplexStreamingCall<BeatRequest, BeatReply>>();
        for (var i = 0; i < nodes.Length; i++)
            services.Add(await Register(nodes[i], $"galumph-{i}"));
        foreach (var node in nodes)
            await Eventually.True(async () => await Found(node) is { Count: 3 }, "every node to find the three instances");

        var leader = nodes.Single(node => node.Id == nodes[0].View.Current.Leader);
        await leader.AbortAsync();
        var left = nodes.Where(node => node != leader).ToArray();
        await LoopbackFlock.Whole(left);
        foreach (var node in left)
        {
            await Eventually.True(
                async () => await Listed(node) is { Steward: StewardState.Ready, Entries.Count: 2 },
                "the new steward to list what runs on the nodes that are left");
            Assert.Equal(2, (await Found(node)).Count);
        }
        var steward = left.Single(node => node.Id == left[0].View.Current.Leader);
        Assert.Equal(Crux.Node.Bootstrap.BootPhase.Done, steward.Boot.Current.Single(step => step.Name == "steward").Phase);
    }

    [Fact]
    public async Task Nodes_whose_ranges_hold_nobody_meet_through_one_contact()
    {
        var contact = _flock.AddressOf(1).ToString();
        var nodes = Enumerable.Range(1, 3).Select(number => _flock.Node(_flock.OptionsOf(number, contact))).ToArray();
        await Task.WhenAll(nodes.Select(node => node.StartAsync(Cancel)));
        await LoopbackFlock.Whole(nodes);
    }

    [Fact]
    public async Task Nodes_of_ipv6_are_a_flock_whose_registry_names_them_by_their_addresses()
    {
        var ports = LoopbackFlock.FreePorts(3);
        var nodes = Enumerable.Range(1, 3).Select(number => _flock.Node(_flock.OptionsOfV6(number, ports))).ToArray();
        await Task.WhenAll(nodes.Select(node => node.StartAsync(Cancel)));
        await LoopbackFlock.Whole(nodes);
        for (var i = 0; i < nodes.Length; i++)
            await Register(nodes[i], $"galumph-{i}", "[::]");
        foreach (var node in nodes)
        {
            await Eventually.True(async () => await Found(node) is { Count: 3 }, "every node to find the three instances");
            Assert.All((await Listed(node)).Entries, entry => Assert.StartsWith("[::1]:", entry.Address, StringComparison.Ordinal));
        }
        // What listens on IPv4 alone would be listed at an address where nobody answers.
        var (_, reply) = await Beat(nodes[0], "galumph-4", "0.0.0.0");
        Assert.Contains("is IPv4 alone", Assert.Single(reply.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flock_that_lost_power_comes_back_with_the_same_nodes()
    {
        var before = await _flock.StartAsync(3);
        var ids = before.Select(node => node.Id).Order().ToArray();
        await Task.WhenAll(before.Select(node => node.AbortAsync()));
        // In another order, and from nothing but what is on disk.
        var after = new List<CruxNode>();
        foreach (var number in (int[])[2, 3, 1])
        {
            after.Add(_flock.Node(number));
            await after[^1].StartAsync(Cancel);
        }
        await LoopbackFlock.Whole([.. after]);
        Assert.Equal(ids, after.Select(node => node.Id).Order());
    }

    [Fact]
    public async Task A_node_that_stops_is_gone_at_once_and_leaves_nothing_behind()
    {
        var nodes = await _flock.StartAsync(2);
        var channel = _flock.Channel(nodes[0]);
        using var watch = new Operator.OperatorClient(channel).WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        await watch.ResponseHeadersAsync;
        await nodes[0].StopAsync(Cancel);
        var ended = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Cancel));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        await LoopbackFlock.Whole(nodes[1]);
        Assert.False(File.Exists(nodes[0].SocketPath));
        Assert.False(nodes[0].IsAlive(Eventually.Patience));
        Assert.True(nodes[1].IsAlive(Eventually.Patience));
        await nodes[0].Completion;
    }

    [Fact]
    public async Task Nodes_with_another_secret_never_meet()
    {
        var ours = _flock.Node(1);
        var theirs = _flock.Node(2, _flock.NewFlockFile("other"));
        await Task.WhenAll(ours.StartAsync(Cancel), theirs.StartAsync(Cancel));
        foreach (var node in (CruxNode[])[ours, theirs])
        {
            await node.Boot.WhenBootedAsync(Cancel);
            var client = new Operator.OperatorClient(_flock.Channel(node));
            // They hear each other, and can't read a word of it.
            await Eventually.True(
                async () => (await client.GetStatusAsync(new GetStatusRequest(), cancellationToken: Cancel)).Traffic.DatagramsRejected > 3,
                "the other flock's datagrams to be counted");
            Assert.Single(node.View.Current.Members);
            Assert.Equal(node.Id, node.View.Current.Leader);
        }
    }

    public ValueTask DisposeAsync() => _flock.DisposeAsync();

    private async Task<AsyncDuplexStreamingCall<BeatRequest, BeatReply>> Register(CruxNode node, string id, string any = "0.0.0.0")
    {
        var (beats, reply) = await Beat(node, id, any);
        Assert.Empty(reply.Refused);
        return beats;
    }

    private async Task<(AsyncDuplexStreamingCall<BeatRequest, BeatReply> Beats, BeatReply Reply)> Beat(CruxNode node, string id, string any)
    {
        var beats = new Heartbeater.HeartbeaterClient(_flock.Channel(node)).Beat(cancellationToken: Cancel);
        await beats.RequestStream.WriteAsync(
            new BeatRequest
            {
                Points =
                {
                    new Point
                    {
                        InstanceId = id,
                        Instance = "galumph2_3",
                        Address = $"{any}:41234",
                        KeyHash = ByteString.CopyFrom(new byte[PinnedCertificate.PinSizeBytes]),
                        Status = Protos.Status.Serving,
                        ValidFor = Duration.FromTimeSpan(Eventually.Patience * 2),
                    },
                },
            },
            Cancel);
        Assert.True(await beats.ResponseStream.MoveNext(Cancel));
        return (beats, beats.ResponseStream.Current);
    }

    private async Task<IReadOnlyList<Offer>> Found(CruxNode node)
    {
        var request = new FindRequest { Selector = new Protos.Selector { Api = "galumph2" } };
        return (await new Reeve.ReeveClient(_flock.Channel(node)).FindAsync(request, cancellationToken: Cancel)).Offers;
    }

    private async Task<ListServicesReply> Listed(CruxNode node) =>
        await new Operator.OperatorClient(_flock.Channel(node)).ListServicesAsync(new ListServicesRequest(), cancellationToken: Cancel);
}
