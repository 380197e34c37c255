using Crux.Protos.Samples;
using Crux.Testing;

namespace Crux.Client.Tests.Trouble;

public sealed class LostReeveTests
{
    [Fact]
    public async Task Reeves_that_crash_and_come_back_on_either_side_break_no_call()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 24, cancellationToken: cancel);
        var (home, far) = (flock.Nodes[0], flock.Nodes[1]);
        await using var service = await TestService.StartAsync(far, "galumph2_3");
        await using var channel = home.ChannelTo("galumph2");
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
        await flock.UntilAsync(() => calls > 0, "a first call", cancel);

        foreach (var node in (TestNode[])[home, far])
        {
            await node.CrashAsync();
            await MoreCalls($"calls while {node} has no reeve");
            await node.StartAsync(cancel);
            await flock.UntilWholeAsync(cancel);
            await MoreCalls($"calls with the new reeve of {node}");
        }
        await enough.CancelAsync();
        await loop;

        async Task MoreCalls(string what)
        {
            var then = calls;
            await flock.UntilAsync(() => calls > then + 50 || loop.IsFaulted, what, cancel);
        }
    }
}
