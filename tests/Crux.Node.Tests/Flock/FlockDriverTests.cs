using Crux.Machines.Flock.Events;
using Crux.Simulator.Confab;

namespace Crux.Node.Tests.Flock;

public sealed class FlockDriverTests
{
    [Fact]
    public async Task Five_drivers_on_real_sockets_become_one_flock()
    {
        await using var flock = TestFlock.OnLoopback(1, 5);
        var leader = await flock.StartAsync(Stop);
        Assert.Contains(flock.Nodes, node => node.Id == leader);
        Assert.All(flock.Nodes, node => Assert.Equal(5, node.Driver.Current.Members.Length));
        Assert.All(flock.Nodes, node => Assert.True(node.Driver.Traffic.DatagramsReceived > 0));
    }

    [Fact]
    public async Task A_node_that_stops_says_goodbye()
    {
        await using var flock = TestFlock.OnLoopback(2, 3);
        await flock.StartAsync(Stop);
        var news = flock.Nodes[0].Driver.WatchEventsAsync(Stop);
        await flock.Nodes[2].Driver.StopAsync(Stop);
        var left = await FirstAsync<MemberLeft>(news);
        Assert.Equal(Departure.Left, left.Why);
        Assert.Equal(flock.Nodes[2].Id, left.Member.Id);
        Assert.True(flock.Nodes[2].Driver.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_aborted_leader_is_missed_and_replaced()
    {
        await using var flock = TestFlock.OnLoopback(3, 3);
        var leader = await flock.StartAsync(Stop);
        var lost = flock.Nodes.Single(node => node.Id == leader);
        await lost.Driver.AbortAsync();
        var next = await TestFlock.TogetherAsync([.. flock.Nodes.Where(node => node != lost)], Stop);
        Assert.NotEqual(leader, next);
    }

    [Fact]
    public async Task Drivers_need_no_socket()
    {
        var network = new SimulatedNetwork(seed: 1, TimeProvider.System) { Conditions = new() { Loss = 0.05, Duplication = 0.05, Reordering = 0.05 } };
        await using var flock = TestFlock.InMemory(network, 5);
        await flock.StartAsync(Stop);
    }

    [Fact]
    public async Task A_reader_sees_the_present_first_and_its_reading_ends_with_the_node()
    {
        await using var flock = TestFlock.OnLoopback(4, 1);
        var driver = flock.Nodes[0].Driver;
        Assert.Equal(flock.Nodes[0].Id, Assert.Single(driver.Current.Members).Id);
        driver.Start();
        var seen = new List<GroupSnapshot>();
        await foreach (var snapshot in driver.WatchAsync(Stop))
        {
            seen.Add(snapshot);
            if (snapshot.IsSettled)
                await driver.StopAsync(Stop);
        }
        Assert.Equal(seen.OrderBy(snapshot => snapshot.Revision), seen);
        await foreach (var _ in driver.WatchEventsAsync(Stop))
            Assert.Fail("A stopped node has no news.");
    }

    [Fact]
    public async Task A_node_that_never_started_stops_at_once()
    {
        await using var flock = TestFlock.OnLoopback(5, 1);
        await flock.Nodes[0].Driver.StopAsync(Stop);
        Assert.True(flock.Nodes[0].Driver.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_broken_invariant_stops_the_node_and_tells()
    {
        var logs = new CollectedLogs();
        await using var node = new TestNode("broken", new BrokenConfab(), logs);
        node.Driver.Start();
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Driver.Completion);
        Assert.Contains(logs.Lines, line => line.StartsWith("Critical 1103", StringComparison.Ordinal));
        await node.Driver.DisposeAsync();
    }

    [Fact]
    public async Task Garbage_is_counted_and_harms_nobody()
    {
        await using var flock = TestFlock.OnLoopback(6, 2);
        await flock.StartAsync(Stop);
        await using var stranger = Crux.Node.Confab.UdpConfab.Open(NetAddress.V4(0x7F42_06C8, 0), []);
        var target = flock.Nodes[0].Driver;
        var news = target.WatchEventsAsync(Stop);
        var random = new Machines.SeededRandom(6);
        var garbage = new byte[1500];
        for (var i = 0; i < 2_000; i++)
        {
            random.Fill(garbage);
            stranger.Send(target.Address, garbage.AsSpan(0, random.Next(garbage.Length)), Reach.Proven);
        }
        await FirstAsync<DatagramRejected>(news);
        Assert.True(target.Counters.RejectedTotal > 0);
        Assert.Equal(2, target.Current.Members.Length);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<T> FirstAsync<T>(IAsyncEnumerable<FlockEvent> news)
    {
        await foreach (var one in news)
        {
            if (one is T wanted)
                return wanted;
        }
        throw new InvalidOperationException($"The node stopped without a {typeof(T).Name}.");
    }
}
