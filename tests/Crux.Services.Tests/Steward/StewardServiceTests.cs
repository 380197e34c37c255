using Crux.Machines.Registry;
using Crux.Protos;
using Crux.Services.Reeve;
using Grpc.Core;

namespace Crux.Services.Tests.Steward;

public sealed class StewardServiceTests
{
    private static readonly Selector Galumph = Selector.Parse("galumph2");

    private static CancellationToken Quit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_registers_on_one_node_is_found_on_another()
    {
        await using var flock = await TestFlock.StartAsync(3);
        using var process = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);

        var reply = await OffersAsync(flock[2], 1);

        Assert.Equal("127.0.0.2:4000", reply.Offers[0].Entry.Address);
        Assert.Equal("newest version, same rack", reply.Offers[0].Reason);
    }

    [Fact]
    public async Task A_first_question_waits_for_the_steward_and_is_answered_in_full()
    {
        await using var flock = await TestFlock.StartAsync(3);
        using var process = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);
        await ReadyAsync(flock, entries: 1);

        var reply = await flock[2].ReeveClient.FindAsync(new FindRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);

        Assert.Single(reply.Offers);
        Assert.Equal((Protos.StewardState.Ready, ""), (reply.Steward, reply.Note));
    }

    [Fact]
    public async Task A_new_leader_is_rebuilt_from_the_reeves_and_nobody_loses_an_entry_meanwhile()
    {
        await using var flock = await TestFlock.StartAsync(4);
        using var first = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);
        using var second = await BeatingProcess.StartAsync(flock[2], "galumph2_3", 4001, Quit);
        using var watch = flock[3].ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        await OffersAsync(watch, 2);

        for (var term = 2; term < 8; term++)
        {
            flock.Lead(term % 4, (ulong)term);
            await StateAsync(flock[3], StewardPhase.Ready, flock[term % 4]);
            Assert.Equal(2, flock[term % 4].Steward.Current.Entries);
            // Every answer since is kept by the watch: had an entry been lost on the way, one of them would show it.
            Assert.True(flock[3].Reeve.TryFind(Galumph, out var answer));
            Assert.Equal(2, answer.Ranked.Offered.Length);
        }

        using var third = await BeatingProcess.StartAsync(flock[1], "galumph2_4", 4002, Quit);
        Assert.Equal(3, (await NextAsync(watch)).Offers.Count);
    }

    [Fact]
    public async Task A_voter_that_comes_to_lead_has_everything_at_once_though_no_reeve_has_attended()
    {
        await using var flock = await TestFlock.StartAsync(3);
        flock.Enfranchise(0, 1);
        using var process = await BeatingProcess.StartAsync(flock[2], "galumph2_3", 4000, Quit);
        await ReadyAsync(flock, entries: 1);
        while (flock[1].Reeve.Current.KnownEntries == 0)
        {
            Quit.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        // Only the new leader sees it, so nobody can have told it anything.
        flock[1].View.Change(view => view with
        {
            Leader = view.Self, Grade = LeaderGrade.Fenced, Token = new GroupToken(1, 2, 0), Members = [.. view.Members.Where(member => member.Name != "node1")],
        });
        await foreach (var status in flock[1].Steward.WatchAsync(Quit))
        {
            if (!status.IsLeading)
                continue;
            Assert.Equal((StewardPhase.Ready, 1), (status.Phase, status.Entries));
            break;
        }
    }

    [Fact]
    public async Task A_lost_node_is_gone_from_look_up_with_the_view_and_the_rest_stays()
    {
        await using var flock = await TestFlock.StartAsync(3);
        using var first = await BeatingProcess.StartAsync(flock[0], "galumph2_3", 4000, Quit);
        using var second = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4001, Quit);
        using var watch = flock[2].ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        await OffersAsync(watch, 2);

        flock.Lose(0);

        var reply = await OffersAsync(watch, 1);
        Assert.Equal("127.0.0.2:4001", reply.Offers[0].Entry.Address);
    }

    [Fact]
    public async Task Attending_a_node_that_does_not_lead_fails_and_names_the_leader()
    {
        await using var flock = await TestFlock.StartAsync(2);
        await StateAsync(flock[1], StewardPhase.Ready, flock[0]);
        var client = new Protos.Steward.StewardClient(flock[0].Peers.Connect(flock[0].View.Current.Find(flock[1].View.Current.Self)!));
        using var call = client.Attend(cancellationToken: Quit);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Quit));

        Assert.Equal(StatusCode.FailedPrecondition, fault.StatusCode);
        Assert.Equal("This node does not lead: node1 at 127.0.0.1:23123 does.", fault.Status.Detail);
    }

    [Fact]
    public async Task Losing_the_lead_ends_every_stream_at_once()
    {
        await using var flock = await TestFlock.StartAsync(2);
        await StateAsync(flock[1], StewardPhase.Ready, flock[0]);
        var member = flock[1].View.Current.Find(flock[0].View.Current.Self)!;
        using var call = new Protos.Steward.StewardClient(flock[1].Peers.Connect(member)).Attend(cancellationToken: Quit);
        Assert.True(await call.ResponseStream.MoveNext(Quit));

        flock[0].View.Change(view => view with { Leader = flock[1].View.Current.Self, Grade = LeaderGrade.Fenced, Token = new GroupToken(1, 2, 0) });

        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(Quit))
            {
            }
        });
        Assert.Equal(StatusCode.FailedPrecondition, fault.StatusCode);
    }

    [Fact]
    public async Task A_process_that_hangs_is_gone_from_look_up_elsewhere_within_its_validity_and_a_second()
    {
        await using var flock = await TestFlock.StartAsync(3);
        using var watch = flock[2].ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        await OffersAsync(watch, 0);
        var point = Points.Of("galumph2_3", 4000);
        point.ValidFor = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(1));
        using var process = await BeatingProcess.StartAsync(flock[1], point, Quit);
        var beaten = TimeProvider.System.GetTimestamp();
        await OffersAsync(watch, 1);

        // Its stream stays open, and it says no more.
        await OffersAsync(watch, 0);

        Assert.InRange(TimeProvider.System.GetElapsedTime(beaten), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_leader_that_stops_serving_ends_the_streams_at_once_and_is_attended_again_when_it_is_back()
    {
        await using var flock = await TestFlock.StartAsync(2);
        await StateAsync(flock[1], StewardPhase.Ready, flock[0]);

        await flock[0].StopPeerHostAsync().WaitAsync(TimeSpan.FromSeconds(5), Quit);

        await foreach (var state in flock[1].Reeve.WatchStateAsync(Quit))
        {
            if (state.Steward == StewardPhase.Absent)
                break;
        }
        flock.Lead(1, 2);
        await StateAsync(flock[0], StewardPhase.Ready, flock[1]);
    }

    [Fact]
    public async Task A_stranger_is_refused()
    {
        await using var flock = await TestFlock.StartAsync(2);
        var peers = new TestPeers(new NodeId(1, 2), _ => flock[0].PeerSocket);
        using var call = new Protos.Steward.StewardClient(peers.Connect(flock[0].View.Current.Members[0])).Attend(cancellationToken: Quit);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Quit));

        Assert.Equal(StatusCode.PermissionDenied, fault.StatusCode);
        peers.Dispose();
    }

    [Fact]
    public async Task The_operator_lists_everything_and_hears_when_steward_is_away()
    {
        await using var flock = await TestFlock.StartAsync(3);
        using var process = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);
        await ReadyAsync(flock, entries: 1);
        var report = new RegistryReport(flock[2].View, flock[2].Reeve, flock[2].Peers, TimeProvider.System);

        var reply = await report.ListAsync(Quit);
        Assert.Equal("galumph2_3", Assert.Single(reply.Entries).Instance);
        Assert.Equal((Protos.StewardState.Ready, ""), (reply.Steward, reply.Note));

        var closed = new RegistryReport(flock[2].View, flock[2].Reeve, new ClosedPeers(), TimeProvider.System);
        Assert.StartsWith("steward is away", (await closed.ListAsync(Quit)).Note);

        await flock[0].StopPeerHostAsync();
        reply = await report.ListAsync(Quit);
        Assert.Equal(Protos.StewardState.Absent, reply.Steward);
        Assert.StartsWith("steward is away", reply.Note);
    }

    private static async Task ReadyAsync(TestFlock flock, int entries)
    {
        foreach (var node in flock.Nodes)
            await StateAsync(node, StewardPhase.Ready, flock[0]);
        // The steward takes what the reeve of a node has told it; the steward's own count is the condition.
        using var watch = flock[0].ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        await OffersAsync(watch, entries);
    }

    private static async Task StateAsync(TestNode node, StewardPhase phase, TestNode leader)
    {
        // The steward publishes how it stands after it has told the reeves, so each is waited for on its own. Who was heard by this one
        // has left the one before.
        await foreach (var status in leader.Steward.WatchAsync(Quit))
        {
            if (status.Phase == StewardPhase.Ready && status.Heard == status.Expected)
                break;
        }
        await foreach (var state in node.Reeve.WatchStateAsync(Quit))
        {
            if (state.Steward == phase)
                return;
        }
    }

    private static async Task<FindReply> OffersAsync(TestNode node, int count)
    {
        using var watch = node.ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        return await OffersAsync(watch, count);
    }

    private static async Task<FindReply> OffersAsync(AsyncServerStreamingCall<FindReply> watch, int count)
    {
        while (true)
        {
            var reply = await NextAsync(watch);
            if (reply.Offers.Count == count)
                return reply;
        }
    }

    private static async Task<FindReply> NextAsync(AsyncServerStreamingCall<FindReply> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Quit));
        return watch.ResponseStream.Current;
    }
}
