using Crux.Protos.Samples;
using Crux.Testing;
using Grpc.Core;

namespace Crux.Client.Tests.Trouble;

public sealed class RefusingInstanceTests
{
    private const int Loops = 8;
    private const int CallsPerLoop = 50;

    [Fact]
    public async Task Half_of_the_instances_refuse_and_every_call_is_processed_once()
    {
        await using var node = await LocalNode.StartNewAsync();
        var services = await FourAsync(node);
        foreach (var refusing in services.Take(2))
            refusing.Names.BeforeAnswer = () => throw CruxFault.NotProcessed(StatusCode.ResourceExhausted, "full");
        await using var channel = await ConnectAsync(node);

        var failures = await CallAsync(channel);

        Assert.Empty(failures);
        Assert.Equal(Loops * CallsPerLoop, services.Sum(service => service.Names.All.Count));
        await EndAsync(services);
    }

    [Fact]
    public async Task Half_of_the_instances_are_killed_under_load_and_no_call_is_processed_twice()
    {
        await using var node = await LocalNode.StartNewAsync();
        var services = await FourAsync(node);
        await using var channel = await ConnectAsync(node);

        var calling = CallAsync(channel);
        await Eventually.True(() => services.TrueForAll(service => service.Names.All.Count > 0), "calls everywhere");
        await Task.WhenAll(services.Take(2).Select(service => service.App.KillAsync()));
        var failures = await calling;

        // Those that the killed ones had are all that may fail, and say so.
        Assert.All(failures, failure => Assert.Equal(CruxTrailers.Indeterminate, CruxFailure.Of(failure)?.Reason));
        var processed = services.SelectMany(service => service.Names.All).ToList();
        Assert.Equal(processed.Distinct(), processed);
        Assert.InRange(processed.Count, (Loops * CallsPerLoop) - failures.Count, Loops * CallsPerLoop);
        await EndAsync(services);
    }

    [Fact]
    public async Task All_refuse_and_the_failure_says_who_was_tried_and_why_each_failed()
    {
        await using var node = await LocalNode.StartNewAsync();
        var services = await FourAsync(node);
        foreach (var (number, refusing) in services.Index())
            refusing.Names.BeforeAnswer = () => throw CruxFault.NotProcessed(StatusCode.ResourceExhausted, $"full: {number}");
        await using var channel = await ConnectAsync(node, maxAttempts: 4);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Galumph.GalumphClient(channel).RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Null(failure.Trailers.Get(CruxTrailers.NotProcessed));
        var told = CruxFailure.Of(failure)!;
        Assert.Equal((CruxTrailers.Refused, "crux:///galumph2"), (told.Reason, told.Service));
        Assert.Equal(services.Select(service => $"node1:{service.Address.Port}").Order(), told.Tried.Select(attempt => attempt.NetId).Order());
        Assert.All(told.Tried, attempt => Assert.StartsWith("ResourceExhausted: full: ", attempt.Problem, StringComparison.Ordinal));
        await EndAsync(services);
    }

    [Fact]
    public async Task Repeating_ends_with_the_deadline()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        service.Names.BeforeAnswer = () => throw new RpcException(new Status(StatusCode.Unavailable, "later"));
        await using var channel = CruxChannel.For("galumph2", options => (options.Socket, options.MaxAttempts) = (node.Socket, 20));
        await Eventually.True(() => channel.Route.Ready.Count == 1, "connected");

        // Twenty attempts with their pauses take some four seconds.
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), deadline: DateTime.UtcNow.AddSeconds(1), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.InRange(CruxFailure.Of(failure)!.Tried.Length, 2, 19);
        Assert.Contains("Tried before: node1:", failure.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<List<TestService>> FourAsync(LocalNode node)
    {
        var services = new List<TestService>();
        for (var i = 0; i < 4; i++)
            services.Add(await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero));
        await node.UntilListedAsync("galumph2", offers => offers.Count == 4, "all four");
        return services;
    }

    private static async Task<CruxChannel> ConnectAsync(LocalNode node, int maxAttempts = 5)
    {
        var channel = CruxChannel.For("galumph2", options => (options.Socket, options.MaxAttempts) = (node.Socket, maxAttempts));
        await Eventually.True(() => channel.Route.Ready.Count == 4, "all four connected");
        return channel;
    }

    private static async Task<List<RpcException>> CallAsync(CruxChannel channel)
    {
        var client = new Galumph.GalumphClient(channel);
        var failures = new List<RpcException>();
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(loop => Task.Run(
            async () =>
            {
                for (var i = 0; i < CallsPerLoop; i++)
                {
                    try
                    {
                        await client.RegisterAsync(new GalumphInstance { Name = $"{loop} {i}" }, cancellationToken: TestContext.Current.CancellationToken);
                    }
                    catch (RpcException failure)
                    {
                        lock (failures)
                            failures.Add(failure);
                    }
                }
            },
            TestContext.Current.CancellationToken)));
        return failures;
    }

    private static async Task EndAsync(List<TestService> services)
    {
        foreach (var service in services)
            await service.DisposeAsync();
    }
}
