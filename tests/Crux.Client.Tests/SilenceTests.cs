using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Client.Tests;

public sealed class SilenceTests
{
    /// <summary>2 s of silence and 3 s for the ping, and what a loaded machine adds; far below the 30 s of the deadline.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_machine_that_falls_silent_loses_its_calls_to_others_where_they_may_be_repeated_and_is_named_where_not()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var elsewhere = await LocalNode.StartNewAsync();
        elsewhere.View.Add(node.Self);
        node.View.Add(elsewhere.Self);
        await using var old = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var silent = await TestService.StartAsync(elsewhere.Socket, "galumph2_4", options => options.DrainGrace = TimeSpan.Zero);
        await using var relay = new Relay(silent.Address);
        using var point = await node.RegisterAsync("galumph2_4", relay.Address, silent.Pin);
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        var client = new Galumph.GalumphClient(channel);
        await Eventually.True(() => channel.Route.Ready is [{ Offering.Instance: "galumph2_4" }], "the newer one");
        var arrived = 0;
        var never = new TaskCompletionSource();
        silent.Names.BeforeAnswer = () =>
        {
            Interlocked.Increment(ref arrived);
            return never.Task;
        };
        var table = client.TableAsync(new TableRequest(), cancellationToken: cancel).ResponseAsync;
        var register = client.RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel).ResponseAsync;
        await Eventually.True(() => arrived == 2, "both calls under way");

        relay.Silence();
        var start = TimeProvider.System.GetTimestamp();
        var reply = await table;
        var failure = await Assert.ThrowsAsync<RpcException>(() => register);
        var took = TimeProvider.System.GetElapsedTime(start);

        TestContext.Current.TestOutputHelper?.WriteLine($"noticed after {took.TotalSeconds:0.0} s");
        Assert.Equal("galumph2_3", reply.ServedBy);
        Assert.Equal((StatusCode.Unavailable, CruxTrailers.Indeterminate), (failure.StatusCode, failure.Trailers.GetValue(CruxTrailers.Reason)));
        Assert.Contains($"galumph2_4 on node1:{relay.Address.Port} was lost", failure.Status.Detail, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.FromSeconds(1), Longest);
        // Later calls don't go there.
        Assert.Equal("galumph2_3", (await client.RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel)).ServedBy);
        never.SetResult();
    }
}
