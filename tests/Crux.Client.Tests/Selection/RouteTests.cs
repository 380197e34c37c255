using Crux.Client.Connect;
using Crux.Client.Selection;
using Crux.Protos.Samples;
using Crux.Testing.Time;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;

namespace Crux.Client.Tests.Selection;

public sealed class RouteTests
{
    private static readonly NodeId There = new(2, 2);

    [Fact]
    public async Task An_instance_whose_node_is_gone_takes_no_calls_though_it_is_still_on_offer()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var here = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var there = await TestService.StartAsync(node.Socket, "galumph2_3");
        await node.UntilListedAsync("galumph2", offers => offers.Count == 2, "both");
        var offers = (await node.ListAsync("galumph2")).ToList();
        offers.Single(offer => offer.Entry.Address == there.Address.ToString()).Entry.NodeId = ByteString.CopyFrom(There.ToArray());
        await using var reeve = await ScriptedReeve.StartAsync(node);
        reeve.ShowNodes(node.Self.Id, There);
        reeve.Show(offers);
        await using var channel = CruxChannel.For("galumph2", options => (options.Socket, options.HoldPeriod, options.RescanPeriod) = (reeve.Socket, TimeSpan.Zero, TimeSpan.Zero));
        await Eventually.True(() => channel.Route.Ready.Count == 2, "both connected");
        var abandoned = channel.Route.Ready.Single(endpoint => endpoint.Offering.Node == There);

        reeve.ShowNodes(node.Self.Id);
        await Eventually.True(() => abandoned.IsClosed, "closed");

        Assert.Equal([node.Self.Id], channel.Route.Ready.Select(endpoint => endpoint.Offering.Node));
        var client = new Galumph.GalumphClient(channel);
        for (var i = 0; i < 20; i++)
            await client.RegisterAsync(new GalumphInstance { Name = "j" }, deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(20, here.Names.All.Count);
    }

    [Fact]
    public async Task A_call_to_a_machine_that_went_silent_ends_when_the_flock_says_that_its_node_is_gone()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero);
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "the service");
        await using var relay = new Relay(service.Address);
        var offers = (await node.ListAsync("galumph2")).ToList();
        (offers[0].Entry.NodeId, offers[0].Entry.Address) = (ByteString.CopyFrom(There.ToArray()), relay.Address.ToString());
        await using var reeve = await ScriptedReeve.StartAsync(node);
        reeve.ShowNodes(node.Self.Id, There);
        reeve.Show(offers);
        await using var channel = CruxChannel.For("galumph2", options =>
        {
            (options.Socket, options.RescanPeriod, options.HoldPeriod) = (reeve.Socket, TimeSpan.Zero, TimeSpan.Zero);
            // Only the news can end the call before its deadline.
            options.KeepAliveDelay = TimeSpan.FromMinutes(10);
        });
        var arrived = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        service.Names.BeforeAnswer = () =>
        {
            arrived.TrySetResult();
            return never.Task;
        };
        var call = new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel);
        await arrived.Task;

        relay.Silence();
        reeve.ShowNodes(node.Self.Id);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal((StatusCode.Unavailable, CruxTrailers.Indeterminate), (failure.StatusCode, failure.Trailers.Get(CruxTrailers.Reason)?.Value));
        Assert.Contains("galumph2_3 on node1:", failure.Status.Detail, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact]
    public async Task A_service_too_busy_to_answer_when_its_daemon_left_is_called_again_as_soon_as_it_answers()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero);
        await using var relay = new Relay(service.Address);
        await using var reeve = await ScriptedReeve.StartAsync(node);
        using var time = new FlockTime();
        await using var channel = await OfferAtAsync(node, reeve, relay.Address, time);
        var endpoint = channel.Route.Ready.Single();

        relay.Silence();
        reeve.ShowNodes(node.Self.Id);
        await Eventually.True(() => endpoint.WentWithNode, "given up");
        reeve.Show([]);
        Assert.Empty(channel.Route.Ready);
        // Some tries find it as busy as it was.
        await time.AdvanceAsync(TimeSpan.FromSeconds(5), cancel);
        relay.Speak();
        await UntilAsync(time, () => channel.Route.Ready.Count == 1);

        Assert.Equal(1u, (await new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel)).Count);
        Assert.InRange(time.Skipped, TimeSpan.Zero, Vigils<Endpoint>.Limit);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_again_is_tried_for_a_minute_and_no_longer()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero);
        var relay = new Relay(service.Address);
        await using var reeve = await ScriptedReeve.StartAsync(node);
        using var time = new FlockTime();
        await using var channel = await OfferAtAsync(node, reeve, relay.Address, time);
        var endpoint = channel.Route.Ready.Single();

        relay.Silence();
        reeve.ShowNodes(node.Self.Id);
        await Eventually.True(() => endpoint.WentWithNode, "given up");
        reeve.Show([]);
        // From here on nobody listens there.
        await relay.DisposeAsync();
        await UntilAsync(time, () => endpoint.State == EndpointState.Failed);
        await time.AdvanceAsync(Vigils<Endpoint>.Limit / 2, cancel);
        Assert.NotEqual(EndpointState.Retired, endpoint.State);
        await UntilAsync(time, () => endpoint.State == EndpointState.Retired);
    }

    [Fact]
    public async Task An_instance_that_lost_its_connection_before_it_went_from_the_offer_is_kept_for_news_of_its_node()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero);
        var relay = new Relay(service.Address);
        await using var reeve = await ScriptedReeve.StartAsync(node);
        var time = new StoppableTime();
        await using var channel = await OfferAtAsync(node, reeve, relay.Address, time);
        var endpoint = channel.Route.Ready.Single();
        var offers = reeve.Answer.Offers;

        // The news is as late as it likes.
        time.Stop();
        await relay.DisposeAsync();
        await Eventually.True(() => endpoint.State == EndpointState.Failed, "its connection is lost");
        reeve.Show([]);
        await Eventually.True(() => channel.Route.Offered == 0, "nothing on offer");
        // One offer is taken up after the other: the second can only be seen when the first has had its effect.
        reeve.Show(offers);
        await Eventually.True(() => channel.Route.Offered == 1, "on offer again");

        Assert.Equal(EndpointState.Failed, endpoint.State);
    }

    [Fact]
    public async Task A_service_of_a_node_that_an_operator_shut_out_is_not_called_though_it_answers_and_there_is_no_other()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero);
        await using var reeve = await ScriptedReeve.StartAsync(node);
        using var time = new FlockTime();
        await using var channel = await OfferAtAsync(node, reeve, service.Address, time);
        var endpoint = channel.Route.Ready.Single();
        using var stop = new CancellationTokenSource();
        var arrived = new TaskCompletionSource();
        service.Names.BeforeAnswer = () =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.Infinite, stop.Token);
        };
        var call = new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: TestContext.Current.CancellationToken);
        await arrived.Task;

        reeve.ShowNodes([node.Self.Id], [There]);

        await Assert.ThrowsAsync<RpcException>(async () => await call);
        await Eventually.True(() => endpoint.State == EndpointState.Retired, "given up");
        Assert.Empty(channel.Route.Ready);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task A_call_that_needs_a_connection_waits_for_it_no_longer_than_the_limit_on_connecting()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var elsewhere = await LocalNode.StartNewAsync();
        elsewhere.View.Add(node.Self);
        node.View.Add(elsewhere.Self);
        await using var service = await TestService.StartAsync(elsewhere.Socket, "galumph2_3", extend: builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.Http2.MaxStreamsPerConnection = 1));
        await using var relay = new Relay(service.Address);
        using var point = await node.RegisterAsync("galumph2_3", relay.Address, service.Pin);
        await using var channel = CruxChannel.For("galumph2", options =>
        {
            options.Socket = node.Socket;
            options.MaxAttempts = 1;
            options.ConnectTimeout = TimeSpan.FromSeconds(1);
        });
        var client = new Galumph.GalumphClient(channel);
        await Eventually.True(() => channel.Route.Ready.Count == 1, "connected");
        var arrived = new TaskCompletionSource();
        var proceed = new TaskCompletionSource();
        service.Names.BeforeAnswer = () =>
        {
            arrived.TrySetResult();
            return proceed.Task;
        };
        var first = client.RegisterAsync(new GalumphInstance { Name = "first" }, cancellationToken: cancel);
        await arrived.Task;

        // From here on it is a machine that answers no SYN; the one stream that the connection has is taken.
        relay.SilenceNew();
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.RegisterAsync(new GalumphInstance { Name = "second" }, cancellationToken: cancel));

        Assert.Equal((StatusCode.Unavailable, CruxTrailers.Unreachable), (failure.StatusCode, failure.Trailers.GetValue(CruxTrailers.Reason)));
        Assert.Contains("no answer within 1 s of connecting", failure.Status.Detail, StringComparison.Ordinal);
        proceed.SetResult();
        Assert.Equal(1u, (await first).Count);
    }

    /// <summary>A channel that is connected to a service as one of another machine, by a clock that can be played.</summary>
    private static async Task<CruxChannel> OfferAtAsync(LocalNode node, ScriptedReeve reeve, NetAddress address, TimeProvider time)
    {
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "the service");
        var offers = (await node.ListAsync("galumph2")).ToList();
        (offers[0].Entry.NodeId, offers[0].Entry.Address) = (ByteString.CopyFrom(There.ToArray()), address.ToString());
        reeve.ShowNodes(node.Self.Id, There);
        reeve.Show(offers);
        Surroundings.PutUp(reeve.Socket, Surroundings.Real with { Time = time });
        var channel = CruxChannel.For("galumph2", options =>
        {
            (options.Socket, options.RescanPeriod, options.HoldPeriod) = (reeve.Socket, TimeSpan.Zero, TimeSpan.Zero);
            // Only the news can end a call before its deadline; a try that gets no answer must not take long.
            (options.KeepAliveDelay, options.ConnectTimeout, options.DefaultDeadline) = (TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1));
        });
        Surroundings.TakeDown(reeve.Socket);
        await Eventually.True(() => channel.Route.Ready.Count == 1, "connected");
        return channel;
    }

    private static async Task UntilAsync(FlockTime time, Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Eventually.Patience, "Waited in vain.");
            await time.AdvanceAsync(FlockTime.Stride, TestContext.Current.CancellationToken);
        }
    }
}
