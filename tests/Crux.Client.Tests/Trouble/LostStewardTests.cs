using Crux.Protos.Samples;
using Crux.Testing;

namespace Crux.Client.Tests.Trouble;

public sealed class LostStewardTests
{
    [Fact]
    public async Task Calls_go_on_without_a_steward_and_what_starts_meanwhile_is_found_when_there_is_one()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = await TestFlock.StartAsync(nodes: 4, seed: 22, cancellationToken: cancel);
        var leader = flock.Leader!;
        var (home, one, two) = flock.Nodes.Where(node => node != leader).ToArray() is [var a, var b, var c] ? (a, b, c) : throw new InvalidOperationException();
        await using var old = await TestService.StartAsync(one, "galumph2_3");
        await using var channel = home.ChannelTo("galumph2");
        var client = new Galumph.GalumphClient(channel);
        using var enough = new CancellationTokenSource();
        var (calls, servedBy) = (0, "");
        var loops = Enumerable.Range(0, 4).Select(loop => Task.Run(
            async () =>
            {
                for (; !enough.IsCancellationRequested; Interlocked.Increment(ref calls))
                    servedBy = (await client.RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: cancel)).ServedBy;
            },
            cancel)).ToList();
        await flock.UntilAsync(() => calls > 0, "a first call", cancel);

        await leader.KillAsync();
        await using var newer = await TestService.StartAsync(two, "galumph2_4");
        await flock.UntilAsync(() => servedBy == "galumph2_4" || loops.Exists(loop => loop.IsFaulted), "the newer one, which only a steward can tell of", cancel);
        await enough.CancelAsync();

        await Task.WhenAll(loops);
        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} calls, none failed");
    }

    [Fact]
    public async Task A_node_that_is_cut_off_from_everybody_still_finds_what_runs_on_it()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 23, cancellationToken: cancel);
        var home = flock.Nodes.First(node => node != flock.Leader);
        flock.Partition([home]);
        await flock.UntilAsync(() => home.View.Members.Length == 1, "to be alone", cancel);

        await using var service = await TestService.StartAsync(home, "galumph2_3");
        await using var channel = home.ChannelTo("galumph2");
        var reply = await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: cancel);

        Assert.Equal("galumph2_3", reply.ServedBy);
    }
}
