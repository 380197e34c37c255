using System.Security.Cryptography;
using Crux.Protos.Samples;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Crux.Client.Tests;

public sealed class AbsenceTests
{
    private const string Nowhere = "/nowhere/reeve.sock";

    [Fact]
    public async Task Without_a_reeve_a_client_waits_to_its_deadline_and_names_the_socket()
    {
        await using var channel = CruxChannel.For("galumph2", options =>
        {
            options.Socket = Nowhere;
            // Long enough for the first call of a process on a busy machine to come as far as waiting.
            options.DefaultDeadline = TimeSpan.FromSeconds(2);
        });
        var client = new Galumph.GalumphClient(channel);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Contains(Nowhere, failure.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("crux:///galumph2", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(CruxTrailers.NoReeve, failure.Trailers.Get(CruxTrailers.Reason)?.Value);
    }

    [Fact]
    public async Task Without_an_instance_the_error_says_so()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);

        var failure = await Eventually.Fails(() => TableAsync(client, TimeSpan.FromSeconds(1)), "offers no instance");

        Assert.Equal(CruxTrailers.NoInstance, failure.Trailers.Get(CruxTrailers.Reason)?.Value);
    }

    [Fact]
    public async Task Each_instance_that_was_tried_is_named_with_the_reason()
    {
        await using var node = await LocalNode.StartNewAsync();
        using var one = await node.RegisterAsync("galumph2_3", NetAddress.V4(0x7F000001, 1), new byte[32]);
        using var two = await node.RegisterAsync("galumph2_4", NetAddress.V4(0x7F000001, 2), new byte[32]);
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);

        await Eventually.Fails(() => TableAsync(client, TimeSpan.FromSeconds(1)), "node1:1 (galumph2_3): it refused the connection");
        var failure = await Eventually.Fails(() => TableAsync(client, TimeSpan.FromSeconds(1)), "node1:2 (galumph2_4): it refused the connection");

        Assert.Equal(CruxTrailers.Unreachable, failure.Trailers.Get(CruxTrailers.Reason)?.Value);
    }

    [Fact]
    public async Task A_service_starts_without_a_reeve_reports_degraded_and_registers_later()
    {
        await using var node = new LocalNode();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        var health = service.App.Services.GetRequiredService<HealthCheckService>();

        var before = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        await node.StartAsync();
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "registered");
        await Eventually.True(() => service.App.Services.GetRequiredService<CruxSelf>().Problem is null, "knows that it is registered");
        var after = await health.CheckHealthAsync(TestContext.Current.CancellationToken);

        Assert.Equal((HealthStatus.Degraded, HealthStatus.Healthy), (before.Status, after.Status));
    }

    [Fact]
    public async Task A_restarted_reeve_breaks_no_call_and_lists_the_service_again()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);
        using var enough = new CancellationTokenSource();
        var calls = 0;
        var loop = Task.Run(
            async () =>
            {
                for (; !enough.IsCancellationRequested; Interlocked.Increment(ref calls))
                    await client.RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel);
            },
            cancel);
        await Eventually.True(() => calls > 0, "a first call");

        await node.StopAsync();
        var then = calls;
        await Eventually.True(() => calls > then + 50 || loop.IsFaulted, "calls without a reeve");
        await node.StartAsync();
        var back = TimeProvider.System.GetTimestamp();
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "listed again");
        TestContext.Current.TestOutputHelper?.WriteLine($"listed again after {TimeProvider.System.GetElapsedTime(back).TotalMilliseconds:0} ms");
        then = calls;
        await Eventually.True(() => calls > then + 50 || loop.IsFaulted, "calls with the new reeve");
        await enough.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_call_to_an_instance_that_outlives_its_node_is_answered()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.HoldPeriod = TimeSpan.Zero);
        var arrived = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        service.Names.BeforeAnswer = () =>
        {
            arrived.TrySetResult();
            return never.Task;
        };
        await using var channel = CruxChannel.For("galumph2", options =>
        {
            options.Socket = node.Socket;
            options.HoldPeriod = TimeSpan.Zero;
        });
        var call = new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "lost" }, cancellationToken: cancel);
        await arrived.Task;

        await node.StopAsync();
        node.Become(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        await node.StartAsync();

        never.SetResult();
        Assert.Equal(1u, (await call).Count);
    }

    private static async Task TableAsync(Galumph.GalumphClient client, TimeSpan limit) =>
        await client.TableAsync(new TableRequest(), deadline: DateTime.UtcNow + limit, cancellationToken: TestContext.Current.CancellationToken);
}
