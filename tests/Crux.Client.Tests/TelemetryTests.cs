using System.Collections.Concurrent;
using System.Diagnostics;
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
}
