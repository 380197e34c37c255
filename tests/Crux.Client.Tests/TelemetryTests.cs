using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Client.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Each_attempt_is_a_child_of_the_caller_and_the_trace_reaches_the_service()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var attempts = new ConcurrentQueue<Activity>();
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = heard => heard.Name is "test" or "Crux.Client" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == "crux.attempt")
                    attempts.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = source.StartActivity("caller")!;
        var traces = new ConcurrentQueue<ActivityTraceId?>();
        service.Names.BeforeAnswer = () =>
        {
            traces.Enqueue(Activity.Current?.TraceId);
            return traces.Count == 1 ? throw new RpcException(new Status(StatusCode.Unavailable, "later")) : Task.CompletedTask;
        };

        await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);

        var own = attempts.Where(attempt => attempt.TraceId == caller.TraceId).ToList();
        Assert.Equal(2, own.Count);
        Assert.All(own, attempt => Assert.Equal(("galumph2_3", caller.TraceId), (attempt.GetTagItem("crux.instance"), attempt.TraceId)));
        Assert.Equal([caller.TraceId, caller.TraceId], traces);
    }

    [Fact]
    public async Task A_trace_is_unbroken_across_a_switch_from_one_instance_to_another()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var old = await TestService.StartAsync(node.Socket, "switch1_3");
        await using var channel = CruxChannel.For("switch1", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);
        var attempts = new ConcurrentQueue<Activity>();
        using var source = new ActivitySource("switching");
        using var listener = new ActivityListener
        {
            ShouldListenTo = heard => heard.Name is "switching" or "Crux.Client" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == "crux.attempt" && activity.GetTagItem("crux.selector") is "switch1")
                    attempts.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = source.StartActivity("caller")!;
        var traces = new ConcurrentQueue<(string Instance, ActivityTraceId? Trace)>();
        Task Note(string instance, bool isRefused)
        {
            traces.Enqueue((instance, Activity.Current?.TraceId));
            return isRefused ? throw CruxFault.NotProcessed(StatusCode.Unavailable, "not yet") : Task.CompletedTask;
        }
        old.Names.BeforeAnswer = () => Note("switch1_3", false);

        await client.RegisterAsync(new GalumphInstance { Name = "before" }, cancellationToken: cancel);
        await using (var newer = await TestService.StartAsync(node.Socket, "switch1_4"))
        {
            newer.Names.BeforeAnswer = () => Note("switch1_4", traces.Count == 1);
            await Eventually.True(() => channel.Route.Ready is [{ Offering.Instance: "switch1_4" }], "the newer one");
            await client.RegisterAsync(new GalumphInstance { Name = "refused once" }, cancellationToken: cancel);
        }
        await client.RegisterAsync(new GalumphInstance { Name = "after" }, cancellationToken: cancel);

        string[] path = ["switch1_3", "switch1_4", "switch1_4", "switch1_3"];
        Assert.Equal(path, traces.Select(each => each.Instance));
        Assert.All(traces, each => Assert.Equal(caller.TraceId, each.Trace));
        Assert.Equal(path, attempts.Select(attempt => attempt.GetTagItem("crux.instance")));
        Assert.All(attempts, attempt => Assert.Equal(caller.TraceId, attempt.TraceId));
    }

    [Fact]
    public async Task Calls_and_attempts_are_counted_each_with_its_outcome()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "counted1_1");
        await using var channel = CruxChannel.For("counted1", options => options.Socket = node.Socket);
        var counts = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "Crux.Client")
                    own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var told = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if (told.GetValueOrDefault("crux.selector") is "counted1" && told.TryGetValue("crux.outcome", out var outcome))
                counts.AddOrUpdate($"{instrument.Name} {outcome}", value, (_, sum) => sum + value);
        });
        listener.Start();
        var seen = 0;
        service.Names.BeforeAnswer = () => ++seen == 1 ? throw new RpcException(new Status(StatusCode.Unavailable, "later")) : Task.CompletedTask;
        var client = new Galumph.GalumphClient(channel);

        for (var i = 0; i < 3; i++)
            await client.TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((4, 3), (counts["crux.client.attempts answered"], counts["crux.client.calls ok"]));
    }
}
