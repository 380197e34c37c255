using Crux.Protos;
using Grpc.Core;

namespace Crux.Services.Tests.Health;

public sealed class HealthminderTests
{
    private static CancellationToken Quit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_node_tells_who_was_up_and_who_said_goodbye()
    {
        await using var flock = await TestFlock.StartAsync(3);
        using var process = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);
        await LineAsync(flock[2], HealthState.Up);

        await process.GoodbyeAsync();

        var line = await LineAsync(flock[2], HealthState.Left);
        Assert.Equal(("galumph2_3", "node2", "said goodbye"), (line.Name, line.Node, line.Reason));
        Assert.Equal([HealthState.Up, HealthState.Left], line.Changes.Select(change => change.State));
    }

    [Fact]
    public async Task History_outlives_the_leader_that_made_it()
    {
        await using var flock = await TestFlock.StartAsync(3);
        flock.Enfranchise(0, 1);
        using var first = await BeatingProcess.StartAsync(flock[2], "galumph2_3", 4000, Quit);
        await LineAsync(flock[2], HealthState.Up);
        await first.GoodbyeAsync();
        var before = await LineAsync(flock[2], HealthState.Left);
        await FollowedAsync(flock[0], flock[1]);

        flock.Lose(0);
        foreach (var node in flock.Nodes.Skip(1))
            node.View.Change(view => view with { Leader = flock[1].View.Current.Self, Grade = LeaderGrade.Fenced, Token = new GroupToken(1, 2, 0) });

        var after = await LineAsync(flock[2], HealthState.Left);
        Assert.Equal(before.Changes, after.Changes);
        using var second = await BeatingProcess.StartAsync(flock[2], "galumph2_3", 4001, Quit);
        Assert.Equal(3, (await LineAsync(flock[2], HealthState.Up)).Changes.Count);
    }

    [Fact]
    public async Task A_leader_that_was_just_started_learns_from_the_other_voters_what_was_before()
    {
        await using var flock = await TestFlock.StartAsync(3);
        flock.Enfranchise(0, 1);
        using var process = await BeatingProcess.StartAsync(flock[2], "galumph2_3", 4000, Quit);
        await LineAsync(flock[2], HealthState.Up);
        await process.GoodbyeAsync();
        await LineAsync(flock[2], HealthState.Left);
        await FollowedAsync(flock[0], flock[1]);

        // Node 3 voted for nobody and followed nothing until now.
        flock.Enfranchise(0, 1, 2);
        flock.Lead(2, term: 2);

        Assert.Equal("said goodbye", (await LineAsync(flock[1], HealthState.Left)).Reason);
    }

    [Fact]
    public async Task Without_a_leader_a_copy_answers_and_says_so()
    {
        await using var flock = await TestFlock.StartAsync(2);
        flock.Enfranchise(0, 1);
        using var process = await BeatingProcess.StartAsync(flock[1], "galumph2_3", 4000, Quit);
        await LineAsync(flock[1], HealthState.Up);
        await FollowedAsync(flock[0], flock[1]);

        flock.Lose(0);

        var reply = await ShowAsync(flock[1], new ShowHealthRequest { Level = HealthLevel.Place, SinceMs = 60_000, Pieces = 10 });
        Assert.Equal("nobody leads who could answer; this is what node2 has on record", reply.Note);
        Assert.Single(reply.Lines);
    }

    [Theory]
    [InlineData("", 0, 10u, "Look back by more than nothing and at most 14 days.")]
    [InlineData("", 60_000, 1000u, "A timeline has at most 512 signs.")]
    [InlineData("another", 60_000, 10u, "This is group 'demo', and it knows nothing of 'another'.")]
    public async Task A_question_that_can_not_be_right_is_answered_with_what_would_be(string group, long since, uint pieces, string problem)
    {
        await using var flock = await TestFlock.StartAsync(1);
        var request = new ShowHealthRequest { Level = HealthLevel.Place, SinceMs = since, Pieces = pieces, Selector = new Protos.Selector { Group = group } };

        var fault = await Assert.ThrowsAsync<RpcException>(() => ShowAsync(flock[0], request));

        Assert.Equal((StatusCode.InvalidArgument, problem), (fault.StatusCode, fault.Status.Detail));
    }

    [Fact]
    public async Task The_standard_health_check_answers_for_any_service_of_the_group_on_any_node()
    {
        await using var flock = await TestFlock.StartAsync(2);
        using var process = await BeatingProcess.StartAsync(flock[0], "galumph2_3", 4000, Quit);
        var client = new Grpc.Health.V1.Health.HealthClient(flock[1].Channel);
        using var watch = client.Watch(new Grpc.Health.V1.HealthCheckRequest { Service = "galumph2" }, cancellationToken: Quit);
        await StatusAsync(watch, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving);

        foreach (var name in new[] { "", "galumph2", "galumph2_3", "crux://demo/galumph2" })
        {
            var reply = await client.CheckAsync(new Grpc.Health.V1.HealthCheckRequest { Service = name }, cancellationToken: Quit);
            Assert.Equal(Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving, reply.Status);
        }
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new Grpc.Health.V1.HealthCheckRequest { Service = "nothing1" }, cancellationToken: Quit));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);

        var sick = Points.Of("galumph2_3", 4000);
        sick.Status = Protos.Status.Unhealthy;
        await process.BeatAsync(sick);
        await StatusAsync(watch, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.NotServing);
        await process.BeatAsync(Points.Of("galumph2_3", 4000));
        await StatusAsync(watch, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving);
        await process.GoodbyeAsync();
        await StatusAsync(watch, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.ServiceUnknown);
    }

    [Fact]
    public async Task A_watch_says_something_at_once_and_tells_the_sick_from_the_gone()
    {
        await using var flock = await TestFlock.StartAsync(2);
        using var process = await BeatingProcess.StartAsync(flock[0], "galumph2_3", 4000, Quit);
        var client = new Grpc.Health.V1.Health.HealthClient(flock[1].Channel);
        using var nobody = client.Watch(new Grpc.Health.V1.HealthCheckRequest { Service = "nothing1" }, cancellationToken: Quit);
        Assert.True(await nobody.ResponseStream.MoveNext(Quit));
        await StatusAsync(nobody, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.ServiceUnknown);
        using var watch = client.Watch(new Grpc.Health.V1.HealthCheckRequest { Service = "galumph2" }, cancellationToken: Quit);

        var sick = Points.Of("galumph2_3", 4000);
        sick.Status = Protos.Status.Unhealthy;
        await process.BeatAsync(sick);
        await StatusAsync(watch, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.NotServing);
        await process.GoodbyeAsync();
        await StatusAsync(watch, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.ServiceUnknown);
    }

    private static async Task StatusAsync(AsyncServerStreamingCall<Grpc.Health.V1.HealthCheckResponse> watch, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus status)
    {
        while (await watch.ResponseStream.MoveNext(Quit))
        {
            if (watch.ResponseStream.Current.Status == status)
                return;
        }
        Assert.Fail("The watch has ended.");
    }

    // The copy is as far as the original.
    private static async Task FollowedAsync(TestNode leader, TestNode follower)
    {
        while (true)
        {
            var (edition, sequence, _) = await leader.Healthminder.WhereAsync(Quit);
            if (await follower.Healthminder.WhereAsync(Quit) is var at && (at.Edition, at.Sequence) == (edition, sequence))
                return;
        }
    }

    private static async Task<HealthLine> LineAsync(TestNode node, HealthState state)
    {
        while (true)
        {
            var reply = await ShowAsync(node, new ShowHealthRequest { Level = HealthLevel.Place, SinceMs = 60_000, Pieces = 10, Selector = new Protos.Selector { Api = "galumph2" } });
            if (reply.Lines.Count == 1 && reply.Lines[0].State == state)
                return reply.Lines[0];
        }
    }

    private static async Task<ShowHealthReply> ShowAsync(TestNode node, ShowHealthRequest request)
    {
        using var call = new HealthDesk.HealthDeskClient(node.Channel).Show(request, cancellationToken: Quit);
        Assert.True(await call.ResponseStream.MoveNext(Quit));
        return call.ResponseStream.Current;
    }
}
