using Crux.Protos;
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
        await node.UntilListedAsync("galumph2", offers => offers is [] or [{ Entry.Status: Status.Draining }], "draining or gone");
    }
}
