using Crux.Client.Hosting;
using Crux.Protos.Samples;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Client.Tests;

public sealed class RotationTests
{
    private const int Callers = 16;
    private const int Rotations = 25;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_of_both_ends_are_replaced_again_and_again_under_calls_and_none_fails()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.KeyOverlap = TimeSpan.FromMilliseconds(20));
        await using var channel = Client(node);
        await TableAsync(channel);
        var keys = service.App.Services.GetRequiredService<ServiceRun>().Listener.Keys;
        var pins = new HashSet<string> { Convert.ToHexString(keys.Current.Pin) };
        using var enough = new CancellationTokenSource();
        long calls = 0;
        var calling = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await TableAsync(channel);
                Interlocked.Increment(ref calls);
            }
        })).ToList();

        for (var turn = 1; turn <= Rotations; turn++)
        {
            var generation = node.Generations.Turn("", atOnce: false).Number;
            await Eventually.True(() => keys.Current.Generation == generation && channel.Route.Ready is [{ Key.Generation: var own }] && own == generation, $"both ends have new keys, turn {turn}");
            await Eventually.True(() => channel.Route.Ready is [{ Offering.Pin: var pin }] && pin == Convert.ToHexString(keys.Current.Pin), "the client came to the new key");
            pins.Add(Convert.ToHexString(keys.Current.Pin));
        }

        await enough.CancelAsync();
        // One that failed throws here.
        await Task.WhenAll(calling);
        Assert.Equal((Rotations + 1, Rotations), (pins.Count, keys.Turns));
        Assert.True(calls > Rotations, $"{calls} calls");
    }

    [Fact]
    public async Task A_stream_that_runs_while_keys_are_replaced_goes_on()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.KeyOverlap = TimeSpan.Zero);
        await using var channel = Client(node);
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new Grpc.Health.V1.HealthCheckRequest(), cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        var next = watch.ResponseStream.MoveNext(Cancel);

        var generation = node.Generations.Turn("", atOnce: false).Number;
        await Eventually.True(() => channel.Route.Ready is [{ Key.Generation: var own }] && own == generation, "the client has a new key");
        await TableAsync(channel);

        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task A_key_that_was_taken_back_at_once_loses_its_connections_to_the_first_one_of_the_new_generation()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var thief = await Thief.StealAsync(node, service, "web");
        Assert.Null(await thief.TryAsync());
        using var stream = thief.Watch();
        Assert.True(await stream.ResponseStream.MoveNext(Cancel));
        var next = stream.ResponseStream.MoveNext(Cancel);

        node.Generations.Turn("web", atOnce: true);
        await using var honest = Client(node);
        await TableAsync(honest);

        await Assert.ThrowsAsync<RpcException>(() => next);
        Assert.NotNull(await thief.TryAsync());
        await TableAsync(honest);
    }

    [Fact]
    public async Task A_key_of_the_generation_before_the_last_is_refused_and_one_of_the_last_is_not()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var first = await Thief.StealAsync(node, service, "web");
        node.Generations.Turn("web", atOnce: false);
        await using var second = await Thief.StealAsync(node, service, "web");
        Assert.Null(await second.TryAsync());
        Assert.Null(await first.TryAsync());

        node.Generations.Turn("web", atOnce: false);
        await using var honest = Client(node);
        await TableAsync(honest);

        await using var again = first.Again();
        await using var stillGood = second.Again();
        Assert.NotNull(await again.TryAsync());
        Assert.Null(await stillGood.TryAsync());
    }

    [Fact]
    public async Task An_endpoint_that_has_new_keys_takes_none_that_was_signed_for_the_key_before_the_last()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.KeyOverlap = TimeSpan.Zero);
        var keys = service.App.Services.GetRequiredService<ServiceRun>().Listener.Keys;
        await using var thief = await Thief.StealAsync(node, service, "web");
        for (var turn = 1; turn <= 2; turn++)
        {
            await using (var before = thief.Again())
                Assert.Null(await before.TryAsync());
            node.Generations.Turn("galumph2_3", atOnce: false);
            await Eventually.True(() => keys.Turns == turn, "the endpoint has a new key");
        }

        await using var after = thief.Again();
        Assert.NotNull(await after.TryAsync());
    }

    private static CruxChannel Client(LocalNode node) => CruxChannel.For("galumph2", options =>
    {
        options.Socket = node.Socket;
        options.ClientName = "web";
        options.RenewalSpread = TimeSpan.Zero;
    });

    private static async Task TableAsync(ChannelBase channel) =>
        await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), deadline: DateTime.UtcNow + Eventually.Patience, cancellationToken: Cancel);
}
