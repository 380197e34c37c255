using Crux.Protos.Samples;

namespace Crux.Testing.Tests;

public sealed class LifeTests
{
    [Fact]
    public async Task The_leader_killed_is_replaced_and_comes_back_as_the_same_node()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 3, cancellationToken: Stop);
        var leader = flock.Leader!;
        var id = leader.Id;

        await leader.KillAsync();
        await flock.UntilWholeAsync(Stop);
        var next = flock.Leader!;
        await leader.StartAsync(Stop);
        await flock.UntilWholeAsync(Stop);

        Assert.NotSame(leader, next);
        Assert.Equal((id, 3), (leader.Id, next.View.Members.Length));
    }

    [Fact]
    public async Task A_daemon_that_crashes_leaves_the_services_of_its_machine_callable()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 4, cancellationToken: Stop);
        await using var service = await flock.Nodes[1].ServeAsync<EchoService>("galumph2_3", cancellationToken: Stop);
        await using var channel = flock.Nodes[0].ChannelTo("galumph2");
        var client = new Galumph.GalumphClient(channel);
        await client.TableAsync(new TableRequest(), cancellationToken: Stop);

        await flock.Nodes[1].CrashAsync();
        await flock.UntilAsync(() => flock.Nodes[0].View.Members.Length == 1, "the daemon to be missed", Stop);

        Assert.StartsWith("node2:", (await client.TableAsync(new TableRequest(), cancellationToken: Stop)).ServedBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_stops_is_gone_at_once()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 5, cancellationToken: Stop);
        var before = flock.Time.GetTimestamp();

        await flock.Nodes[2].StopAsync();
        await flock.UntilAsync(() => flock.Nodes[0].View.Members.Length == 2, "the goodbye to be heard", Stop);

        Assert.InRange(flock.Time.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.False(flock.Nodes[2].IsUp);
    }

    [Fact]
    public async Task Datagrams_that_are_lost_keep_no_flock_apart()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 5, seed: 6, options => options.Loss = 0.2, Stop);

        await flock.AdvanceAsync(TimeSpan.FromSeconds(20), Stop);

        Assert.All(flock.Nodes, node => Assert.Equal(5, node.View.Members.Length));
        Assert.NotNull(flock.Leader);
    }

    [Fact]
    public async Task What_does_not_come_true_says_how_far_it_came()
    {
        using var impatient = new CancellationTokenSource();
        await using var flock = await TestFlock.StartAsync(nodes: 1, cancellationToken: Stop);
        var waiting = flock.UntilAsync(() => false, "the impossible", impatient.Token);

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TestFlock.StartAsync(nodes: 51, cancellationToken: Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
