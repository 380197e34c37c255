using Crux.Protos.Samples;

namespace Crux.Client.Tests;

public sealed class CallingTests
{
    [Fact]
    public async Task A_service_registers_and_a_client_calls_it()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);

        var reply = await client.RegisterAsync(new GalumphInstance { Name = "jabberwock" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1u, "galumph2_3"), (reply.Count, reply.ServedBy));
    }

    [Fact]
    public async Task One_version_is_called_where_one_is_named()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var old = await TestService.StartAsync(node.Socket, "galumph2_9");
        await using var newer = await TestService.StartAsync(node.Socket, "galumph2_10");
        await node.UntilListedAsync("galumph2", offers => offers.Count == 2, "both instances");
        await using var exact = CruxChannel.For("crux:///galumph2_9", options => options.Socket = node.Socket);
        await using var best = CruxChannel.For("galumph2", options => options.Socket = node.Socket);

        Assert.Equal("galumph2_9", await ServedByAsync(exact));
        Assert.Equal("galumph2_10", await ServedByAsync(best));
    }

    [Fact]
    public async Task Calls_go_on_while_the_better_instance_comes_and_goes()
    {
        const int Loops = 16;
        const int Switches = 20;
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var old = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);
        using var enough = new CancellationTokenSource();
        var calls = 0;
        var servedBy = "";
        var loops = Enumerable.Range(0, Loops).Select(loop => Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    servedBy = (await client.RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel)).ServedBy;
                    Interlocked.Increment(ref calls);
                }
            },
            cancel)).ToList();

        for (var i = 0; i < Switches / 2; i++)
        {
            await Eventually.True(() => servedBy == "galumph2_3" || loops.Exists(loop => loop.IsFaulted), "a call by 2_3");
            await using (await TestService.StartAsync(node.Socket, "galumph2_4"))
                await Eventually.True(() => servedBy == "galumph2_4" || loops.Exists(loop => loop.IsFaulted), "a call by 2_4");
        }
        await Eventually.True(() => servedBy == "galumph2_3" || loops.Exists(loop => loop.IsFaulted), "a call by 2_3 at last");
        await enough.CancelAsync();
        await Task.WhenAll(loops);

        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} calls over {Switches} switches, none failed");
        Assert.True(calls > Switches * Loops);
    }

    [Fact]
    public async Task A_call_in_flight_finishes_where_it_started_while_the_service_drains()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        var arrived = new TaskCompletionSource();
        var proceed = new TaskCompletionSource();
        service.Names.BeforeAnswer = () =>
        {
            arrived.TrySetResult();
            return proceed.Task;
        };
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var call = new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "slow" }, cancellationToken: cancel);
        await arrived.Task;

        var stopping = service.DisposeAsync();
        await node.UntilListedAsync("galumph2", offers => offers is [{ Entry.Status: Protos.Status.Draining, Tier: 0 }], "a draining instance, still offered as the last there is");
        proceed.SetResult();

        Assert.Equal(1u, (await call).Count);
        await stopping;
        Assert.Empty(await node.ListAsync("galumph2"));
    }

    [Fact]
    public async Task A_point_that_nobody_listens_at_is_passed_over()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        using var dead = await node.RegisterAsync("galumph2_4", NetAddress.V4(0x7F000001, 1), new byte[32]);
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);

        Assert.Equal("galumph2_3", await ServedByAsync(channel));
    }

    [Fact]
    public async Task A_service_that_returns_on_another_port_is_followed()
    {
        await using var node = await LocalNode.StartNewAsync();
        var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.InstanceId = "the-one");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        await ServedByAsync(channel);
        var before = (await node.ListAsync("galumph2")).Single().Entry.Address;

        // No goodbye: only the same instance id tells that this is the same one.
        await service.App.StopAsync(new CancellationToken(canceled: true));
        await using var again = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.InstanceId = "the-one");
        await node.UntilListedAsync("galumph2", offers => offers is [{ } only] && only.Entry.Address != before, "the new address alone");

        Assert.Equal("galumph2_3", await ServedByAsync(channel));
        await service.DisposeAsync();
    }

    private static async Task<string> ServedByAsync(CruxChannel channel) =>
        (await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken)).ServedBy;
}
