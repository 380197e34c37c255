using Crux.Protos;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Crux.Client.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Beats_follow_the_health_checks()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await node.UntilListedAsync("galumph2", offers => offers is [{ Tier: 0, Entry.Status: Status.Serving }], "serving");

        service.Names.Health = _ => Task.FromResult(HealthCheckResult.Degraded("slow"));
        await node.UntilListedAsync("galumph2", offers => offers is [{ Tier: 0, Entry.Status: Status.Degraded }], "degraded, and offered");

        service.Names.Health = _ => throw new InvalidOperationException("broken");
        await node.UntilListedAsync("galumph2", offers => offers is [{ Tier: -1, Entry.Status: Status.Unhealthy }], "unhealthy, and not offered");
        Assert.Contains("broken", (await node.ListAsync("galumph2"))[0].Reason, StringComparison.Ordinal);

        service.Names.Health = _ => Task.FromResult(HealthCheckResult.Healthy());
        await node.UntilListedAsync("galumph2", offers => offers is [{ Tier: 0, Entry.Status: Status.Serving }], "serving again");
    }

    [Fact]
    public async Task A_check_that_cannot_be_made_is_unhealthy_and_the_next_one_that_can_is_not()
    {
        await using var node = await LocalNode.StartNewAsync();
        var isBroken = true;
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", extend: builder => builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "database", _ => isBroken ? throw new InvalidOperationException("no connection string") : new Names(), failureStatus: null, tags: null)));

        await node.UntilListedAsync("galumph2", offers => offers is [{ Tier: -1, Entry.Status: Status.Unhealthy }], "unhealthy");
        Assert.Contains("no connection string", (await node.ListAsync("galumph2"))[0].Reason, StringComparison.Ordinal);

        isBroken = false;
        await node.UntilListedAsync("galumph2", offers => offers is [{ Tier: 0, Entry.Status: Status.Serving }], "serving");
    }

    [Fact]
    public async Task Who_watches_a_service_by_the_standard_protocol_hears_from_its_start_how_it_is_and_as_soon_as_the_flock_does()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: cancel);

        await UntilAsync(HealthCheckResponse.Types.ServingStatus.Serving);
        service.Names.Health = _ => Task.FromResult(HealthCheckResult.Unhealthy("broken"));
        await UntilAsync(HealthCheckResponse.Types.ServingStatus.NotServing);

        // The framework would say nothing for 5 s, and then every 30.
        var publisher = service.App.Services.GetRequiredService<IOptions<HealthCheckPublisherOptions>>().Value;
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(1)), (publisher.Delay, publisher.Period));

        async Task UntilAsync(HealthCheckResponse.Types.ServingStatus wanted)
        {
            do
                Assert.True(await watch.ResponseStream.MoveNext(cancel));
            while (watch.ResponseStream.Current.Status != wanted);
        }
    }

    [Fact]
    public async Task An_application_s_own_word_on_when_health_is_published_stands()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(
            node.Socket, "galumph2_3", extend: builder => builder.Services.Configure<HealthCheckPublisherOptions>(publisher => publisher.Period = TimeSpan.FromMinutes(2)));

        Assert.Equal(TimeSpan.FromMinutes(2), service.App.Services.GetRequiredService<IOptions<HealthCheckPublisherOptions>>().Value.Period);
    }

    [Fact]
    public async Task A_check_that_hangs_means_no_beat_until_it_answers()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "the service");
        var hang = new TaskCompletionSource<HealthCheckResult>();

        service.Names.Health = _ => hang.Task;
        await node.UntilListedAsync("galumph2", offers => offers.Count == 0, "gone from look-up");

        service.Names.Health = _ => Task.FromResult(HealthCheckResult.Healthy());
        hang.SetResult(HealthCheckResult.Healthy());
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "back");
    }
}
