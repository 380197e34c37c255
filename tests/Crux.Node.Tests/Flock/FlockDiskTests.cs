using Crux.Machines.Flock;
using Crux.Machines.Flock.Durable;
using Crux.Node.Flock;
using Crux.Simulator.Confab;

namespace Crux.Node.Tests.Flock;

public sealed class FlockDiskTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CollectedLogs _logs = new();

    [Fact]
    public async Task A_write_that_fails_is_tried_again_until_it_succeeds()
    {
        var store = FlockStore.Open(_directory["state"], new BlocId("lab"), "alpha");
        using var rung = new SemaphoreSlim(0);
        await using var network = new SimulatedNetwork(1, TimeProvider.System).Open(NetAddress.V4(0x0A420001, 23123), []);
        using var reporter = new FlockReporter(_logs, "node1", network, new FlockCounters(), () => throw new InvalidOperationException());
        await using var disk = new FlockDisk(store, TimeProvider.System, reporter, () => rung.Release());
        // A directory stands where the file is to be: no rename replaces it.
        Directory.CreateDirectory(Path.Combine(store.PathOf(DurableKind.Vote), "in the way"));
        disk.Begin(new DurableWrite(DurableKind.Vote, 7, new byte[] { 1 }));
        while (!_logs.Lines.Any(line => line.Contains("1120", StringComparison.Ordinal)))
            await Task.Yield();
        Assert.False(disk.TryTakeDone(out _));
        Assert.StartsWith($"{store.PathOf(DurableKind.Vote)} can't be written: ", Assert.Single(disk.Stuck), StringComparison.Ordinal);
        Directory.Delete(store.PathOf(DurableKind.Vote), recursive: true);
        Assert.True(await rung.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(disk.TryTakeDone(out var ticket));
        Assert.Equal(7ul, ticket);
        Assert.Empty(disk.Stuck);
        Assert.Equal([1], FlockStore.Open(_directory["state"], new BlocId("lab"), "alpha").Memory.Of(DurableKind.Vote)!.Value.ToArray());
    }

    public void Dispose() => _directory.Dispose();
}
