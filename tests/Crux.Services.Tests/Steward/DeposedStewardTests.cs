using Crux.Machines.Registry;
using Crux.Protos;
using Crux.Services.Steward;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Crux.Services.Tests.Steward;

/// <summary>A leader that was paused still sees itself lead when it goes on: its view is as old as the pause.</summary>
public sealed class DeposedStewardTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3.7);
    private static readonly Selector Galumph = Selector.Parse("galumph2");

    private readonly FakeTimeProvider _time = new();
    private readonly MonotonicClock _clock;

    public DeposedStewardTests() => _clock = new MonotonicClock(_time);

    private static CancellationToken Quit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_leader_paused_past_its_lease_takes_no_registration_and_pushes_nothing()
    {
        await using var flock = await StartAsync();
        using var first = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);
        using var watch = flock[2].ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        await OffersAsync(watch, 1);
        await PhaseAsync(flock[1], StewardPhase.Ready);
        await PhaseAsync(flock[2], StewardPhase.Ready);

        _time.Advance(TimeSpan.FromSeconds(20));
        using var second = await BeatingProcess.StartAsync(flock[1], "galumph2_4", 4001, Quit);

        await PhaseAsync(flock[1], StewardPhase.Absent);
        await PhaseAsync(flock[2], StewardPhase.Absent);
        Assert.Equal(StewardStatus.Idle, flock[0].Steward.Current);
        Assert.True(flock[2].Reeve.TryFind(Galumph, out var answer));
        Assert.Equal("galumph2_3", Assert.Single(answer.Ranked.Offered).Entry.Instance.ToString());
        // All of it is there again under whoever is elected next.
        flock.Lead(1, term: 2);
        await OffersAsync(watch, 2);
    }

    [Fact]
    public async Task A_leader_paused_past_its_lease_opens_no_stream_and_lists_nothing()
    {
        await using var flock = await StartAsync();
        _time.Advance(TimeSpan.FromSeconds(20));

        await RefusedAsync(flock, StatusCode.Unavailable);
        using var list = StewardOf(flock).List(new ListRequest(), cancellationToken: Quit);
        var fault = await Assert.ThrowsAsync<RpcException>(() => list.ResponseStream.MoveNext(Quit));
        Assert.Equal(StatusCode.Unavailable, fault.StatusCode);
    }

    [Fact]
    public async Task A_leader_whose_lease_was_renewed_after_all_goes_on_with_what_it_held()
    {
        await using var flock = await StartAsync();
        using var process = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);
        using var watch = flock[2].ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        await OffersAsync(watch, 1);
        await PhaseAsync(flock[1], StewardPhase.Ready);
        _time.Advance(TimeSpan.FromSeconds(20));
        await RefusedAsync(flock, StatusCode.Unavailable);

        flock[0].View.FencedUntil = _clock.Now() + Lease;
        _time.Advance(StewardDriver.LeaseLook);

        // Never empty, never rebuilding: its first word is all that it knew, and the reeves confirm it.
        await foreach (var status in flock[0].Steward.WatchAsync(Quit))
        {
            if (status == StewardStatus.Idle)
                continue;
            Assert.Equal((StewardPhase.Ready, 1), (status.Phase, status.Entries));
            if (status.Heard == 3)
                break;
        }
        await PhaseAsync(flock[1], StewardPhase.Ready);
    }

    [Fact]
    public async Task A_leader_that_nobody_elected_has_no_steward()
    {
        await using var flock = await StartAsync();
        await PhaseAsync(flock[1], StewardPhase.Ready);

        foreach (var node in flock.Nodes)
            node.View.Change(view => view with { Grade = LeaderGrade.Provisional, Token = new GroupToken(0, 2, 0) });

        await PhaseAsync(flock[1], StewardPhase.Absent);
        await foreach (var status in flock[0].Steward.WatchAsync(Quit))
        {
            if (status == StewardStatus.Idle)
                break;
        }
        await RefusedAsync(flock, StatusCode.Unavailable);
    }

    // Three nodes, the first of which leads under a lease on a clock that the test moves.
    private async Task<TestFlock> StartAsync()
    {
        var flock = await TestFlock.StartAsync(3, stewards: _clock);
        flock[0].View.FencedUntil = _clock.Now() + Lease;
        return flock;
    }

    private static Protos.Steward.StewardClient StewardOf(TestFlock flock) =>
        new(flock[2].Peers.Connect(flock[2].View.Current.Find(flock[0].View.Current.Self)!));

    private static async Task RefusedAsync(TestFlock flock, StatusCode code)
    {
        using var call = StewardOf(flock).Attend(cancellationToken: Quit);
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Quit));
        Assert.Equal(code, fault.StatusCode);
    }

    private static async Task PhaseAsync(TestNode node, StewardPhase phase)
    {
        await foreach (var state in node.Reeve.WatchStateAsync(Quit))
        {
            if (state.Steward == phase)
                return;
        }
    }

    private static async Task OffersAsync(AsyncServerStreamingCall<FindReply> watch, int count)
    {
        do
            Assert.True(await watch.ResponseStream.MoveNext(Quit));
        while (watch.ResponseStream.Current.Offers.Count != count);
    }
}
