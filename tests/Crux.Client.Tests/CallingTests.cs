using Crux.Client.Tests.Scripted;
using Crux.Protos.Samples;

namespace Crux.Client.Tests;

public sealed class CallingTests
{
    [Fact]
    public async Task A_service_registers_and_a_client_calls_it()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = new ScriptedNode();
        await node.StartAsync(cancel);
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);

        var reply = await client.RegisterAsync(new GalumphInstance { Name = "jabberwock" }, cancellationToken: cancel);

        Assert.Equal((1u, "galumph2_3"), (reply.Count, reply.ServedBy));
    }

    [Fact]
    public async Task Calls_go_on_while_the_better_instance_comes_and_goes()
    {
        const int Loops = 16;
        const int Switches = 20;
        var cancel = TestContext.Current.CancellationToken;
        await using var node = new ScriptedNode();
        await node.StartAsync(cancel);
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

        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} calls");
        Assert.True(calls > Switches * Loops);
    }
}
