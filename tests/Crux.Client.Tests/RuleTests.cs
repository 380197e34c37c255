using Crux.Protos;
using Crux.Protos.Samples;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Client.Tests;

public sealed class RuleTests
{
    [Fact]
    public async Task With_no_rules_everybody_may_call_and_the_node_notes_who_did()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.Callers.Add("web"));
        await using var web = Client(node, "web");

        await TableAsync(web);
        await TableAsync(web);

        await Eventually.True(() => node.Calls.Seen.Sum(calls => (long)calls.Count) == 2, "both calls noted");
        var seen = node.Calls.Seen.Single();
        Assert.Equal(("demo/web", "demo/galumph2_3", false, true), (seen.Caller.ToString(), seen.Target.ToString(), seen.Denied, seen.Passed));
        Assert.EndsWith("/Table", seen.Path, StringComparison.Ordinal);
        Assert.Equal(["web"], node.Calls.Expected.Single().Value);
    }

    [Fact]
    public async Task A_rule_lets_whom_it_names_call_what_it_names_and_refuses_the_rest()
    {
        await using var node = await LocalNode.StartNewAsync();
        node.Rules.Add("allow web galumph2 Table");
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var web = Client(node, "web");
        await using var batch = Client(node, "batch");

        Assert.Equal("galumph2_3", (await TableAsync(web)).ServedBy);
        var refused = await Assert.ThrowsAsync<RpcException>(() => TableAsync(batch));
        var other = await Assert.ThrowsAsync<RpcException>(async () => await new Galumph.GalumphClient(web).RegisterAsync(new GalumphInstance { Name = "x" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.Contains("'crux trust why demo/batch demo/galumph2_3 ", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.PermissionDenied, other.StatusCode);
        Assert.Equal(StatusCode.OK, (await Check(batch)).Item1);
        await Eventually.True(() => node.Calls.Seen.Count(calls => !calls.Passed) == 2, "both refusals noted");
    }

    [Fact]
    public async Task A_rule_that_is_dropped_ends_the_call_that_runs()
    {
        await using var node = await LocalNode.StartNewAsync();
        node.Rules.Add("allow web galumph2");
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var web = Client(node, "web");
        await TableAsync(web);
        var (began, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        service.Names.BeforeAnswer = () =>
        {
            began.TrySetResult();
            return release.Task;
        };
        var running = TableAsync(web);
        await began.Task;

        node.Rules.Drop("allow web galumph2");
        node.Rules.SetMode("galumph2", TrustMode.Strict);

        var ended = await Assert.ThrowsAsync<RpcException>(() => running);
        Assert.Equal((StatusCode.PermissionDenied, CruxTrailers.Revoked), (ended.StatusCode, ended.Trailers.GetValue(CruxTrailers.Reason)));
        service.Names.BeforeAnswer = () => Task.CompletedTask;
        release.SetResult();
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => TableAsync(web))).StatusCode);
    }

    [Fact]
    public async Task A_rule_that_denies_ends_streams_and_leaves_those_of_others_alone()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var web = Client(node, "web");
        await using var batch = Client(node, "batch");
        using var one = new Health.HealthClient(web).Watch(new HealthCheckRequest(), cancellationToken: cancel);
        using var other = new Health.HealthClient(batch).Watch(new HealthCheckRequest(), cancellationToken: cancel);
        Assert.True(await one.ResponseStream.MoveNext(cancel));
        Assert.True(await other.ResponseStream.MoveNext(cancel));
        var (next, still) = (one.ResponseStream.MoveNext(cancel), other.ResponseStream.MoveNext(cancel));

        node.Rules.Add("deny web galumph2");

        var ended = await Assert.ThrowsAsync<RpcException>(() => next);
        Assert.Equal((StatusCode.PermissionDenied, CruxTrailers.Revoked), (ended.StatusCode, ended.Trailers.GetValue(CruxTrailers.Reason)));
        Assert.Equal("galumph2_3", (await TableAsync(batch)).ServedBy);
        Assert.False(still.IsCompleted);
    }

    [Fact]
    public async Task Who_may_call_everything_may_not_end_the_service_from_elsewhere_unless_a_rule_says_so()
    {
        await using var elsewhere = await LocalNode.StartNewAsync();
        await using var node = await LocalNode.StartNewAsync();
        elsewhere.View.Add(node.Self);
        node.View.Add(elsewhere.Self);
        elsewhere.Rules.Add("allow deploy galumph2");
        await using var service = await TestService.StartAsync(elsewhere.Socket, "galumph2_3");
        using var entry = await node.RegisterAsync("galumph2_3", service.Address, service.Pin);
        await using var deploy = Client(node, "deploy");
        await TableAsync(deploy);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Lifecycle.LifecycleClient(deploy).QuitAsync(new QuitRequest(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        elsewhere.Rules.Add("allow deploy galumph2 crux.v1.Lifecycle/Quit");
        await Eventually.True(
            () =>
            {
                try
                {
                    new Lifecycle.LifecycleClient(deploy).Quit(new QuitRequest(), cancellationToken: TestContext.Current.CancellationToken);
                    return true;
                }
                catch (RpcException)
                {
                    return false;
                }
            },
            "the rule that names it");
    }

    [Fact]
    public async Task A_node_that_lost_its_rules_has_its_services_answer_nobody_until_they_are_back()
    {
        await using var node = await LocalNode.StartNewAsync();
        node.Rules.Lose();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var web = Client(node, "web");
        var waiting = TableAsync(web);

        await Eventually.True(() => service.Calls == 1, "the call waits at the gate");
        Assert.False(waiting.IsCompleted);
        node.Rules.Add("allow web galumph2");

        Assert.Equal("galumph2_3", (await waiting).ServedBy);
    }

    [Fact]
    public async Task The_connections_of_a_node_that_leaves_the_flock_end_at_the_service_too()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var elsewhere = await LocalNode.StartNewAsync();
        await using var node = await LocalNode.StartNewAsync();
        elsewhere.View.Add(node.Self);
        node.View.Add(elsewhere.Self);
        await using var service = await TestService.StartAsync(elsewhere.Socket, "galumph2_3", options => options.HoldPeriod = TimeSpan.Zero);
        using var entry = await node.RegisterAsync("galumph2_3", service.Address, service.Pin);
        await using var web = Client(node, "web");
        using var call = new Health.HealthClient(web).Watch(new HealthCheckRequest(), cancellationToken: cancel);
        Assert.True(await call.ResponseStream.MoveNext(cancel));
        var next = call.ResponseStream.MoveNext(cancel);

        elsewhere.View.Remove(node.Self);

        await Assert.ThrowsAsync<RpcException>(() => next);
    }

    [Fact]
    public async Task A_service_that_calls_another_is_known_there_as_what_it_serves()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(
            node.Socket, "galumph2_3", extend: builder => builder.Services.AddCruxClient<Galumph.GalumphClient>("galumph2", options => options.Socket = node.Socket));

        await service.App.Services.GetRequiredService<Galumph.GalumphClient>().TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);

        await Eventually.True(() => node.Calls.Seen.Any(calls => calls.Caller == new TrustParty("demo", "galumph2_3")), "the call noted under the service's name");
    }

    private static CruxChannel Client(LocalNode node, string name) => CruxChannel.For("galumph2", options =>
    {
        options.Socket = node.Socket;
        options.ClientName = name;
    });

    private static async Task<TableReply> TableAsync(CruxChannel channel) =>
        await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<(StatusCode, HealthCheckResponse)> Check(CruxChannel channel) =>
        (StatusCode.OK, await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken));
}
