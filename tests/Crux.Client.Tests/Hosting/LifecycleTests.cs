using Crux.Protos;
using Crux.Protos.Samples;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crux.Client.Tests.Hosting;

public sealed class LifecycleTests
{
    [Fact]
    public async Task A_process_on_the_same_node_may_ask_a_service_to_quit()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2_3", options => options.Socket = node.Socket);
        var stopping = service.App.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        await new Lifecycle.LifecycleClient(channel).QuitAsync(new QuitRequest { Reason = "test" }, cancellationToken: TestContext.Current.CancellationToken);

        await Eventually.True(() => stopping.IsCancellationRequested, "stopping");
        await node.UntilListedAsync("galumph2", offers => offers is [] or [{ Entry.Status: Protos.Status.Draining }], "draining or gone");
    }

    [Fact]
    public async Task A_process_of_another_node_may_call_a_service_and_may_not_ask_it_to_quit()
    {
        await using var here = await LocalNode.StartNewAsync();
        await using var elsewhere = await LocalNode.StartNewAsync();
        here.View.Add(elsewhere.Self);
        elsewhere.View.Add(here.Self);
        await using var service = await TestService.StartAsync(here.Socket, "galumph2_3");
        using var point = await elsewhere.RegisterAsync("galumph2_3", service.Address, service.Pin);
        await using var channel = CruxChannel.For("galumph2_3", options => options.Socket = elsewhere.Socket);
        var stopping = service.App.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new Lifecycle.LifecycleClient(channel).QuitAsync(new QuitRequest { Reason = "test" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.PermissionDenied, false), (failure.StatusCode, stopping.IsCancellationRequested));
        Assert.Contains("Only a process on the same node", failure.Status.Detail, StringComparison.Ordinal);
        await here.UntilListedAsync("galumph2", offers => offers is [{ Entry.Status: Protos.Status.Serving }], "serving as before");
    }
}
