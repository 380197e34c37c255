using Crux.Protos.Samples;
using Crux.Testing;
using Grpc.Core;

namespace Crux.Client.Tests.Trouble;

public sealed class VanishedMachineTests
{
    [Fact]
    public async Task Its_calls_end_with_the_flocks_verdict_and_go_elsewhere_where_they_may()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 21, cancellationToken: cancel);
        var (home, far, other) = (flock.Nodes[0], flock.Nodes[1], flock.Nodes[2]);
        await using var lost = await TestService.StartAsync(far, "galumph2_4");
        await using var spare = await TestService.StartAsync(other, "galumph2_3");
        // Nothing but the verdict can end a call here: no ping, and a deadline that nobody lives to see.
        await using var channel = home.ChannelTo("galumph2", options => (options.KeepAliveDelay, options.DefaultDeadline) = (TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));
        var client = new Galumph.GalumphClient(channel);
        await flock.UntilAsync(() => channel.Route.Ready is [{ Offering.Instance: "galumph2_4" }], "the newer one", cancel);
        var (arrived, never) = (0, new TaskCompletionSource());
        lost.Names.BeforeAnswer = () =>
        {
            Interlocked.Increment(ref arrived);
            return never.Task;
        };
        var table = client.TableAsync(new TableRequest(), cancellationToken: cancel).ResponseAsync;
        var register = client.RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel).ResponseAsync;
        await Eventually.True(() => arrived == 2, "both calls under way");

        var killed = flock.Time.GetTimestamp();
        await far.KillAsync();
        await flock.UntilAsync(() => home.View.Members.Length == 2, "the verdict", cancel);
        var (detected, verdict) = (flock.Time.GetElapsedTime(killed), TimeProvider.System.GetTimestamp());
        var reply = await table;
        var failure = await Assert.ThrowsAsync<RpcException>(() => register);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"verdict {detected.TotalSeconds:0.00} s of the flock's time after the kill; calls ended {TimeProvider.System.GetElapsedTime(verdict).TotalSeconds:0.00} s after it");

        Assert.Equal("galumph2_3", reply.ServedBy);
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        var told = CruxFailure.Of(failure)!;
        Assert.Equal((CruxTrailers.Indeterminate, "crux:///galumph2"), (told.Reason, told.Service));
        Assert.Equal([("galumph2_4", $"{far}:{lost.Address.Port}", CruxTrailers.Lost)], told.Tried.Select(attempt => (attempt.Instance, attempt.NetId, attempt.Reason)));
        never.SetResult();
    }
}
