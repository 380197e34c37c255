using Crux.Machines.Flock.Durable;
using Crux.Node.Flock;
using Crux.Simulator.Confab;

namespace Crux.Node.Tests.Flock;

public sealed class FlockOrderDeskTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_set_is_on_disk_before_the_operator_is_told_so()
    {
        await using var node = Alone();
        var desk = new FlockOrderDesk(node.Driver);
        Assert.Null(await desk.SetAttributeAsync("zone", "b", Cancelled));
        Assert.Null(await desk.SetAttributeAsync("disk", "nvme", Cancelled));
        Assert.Null(await desk.FindUnwrittenAsync(Cancelled));
        var kept = await File.ReadAllTextAsync(node.Store.PathOf(DurableKind.Attributes), Cancelled);
        Assert.Contains("zone", kept, StringComparison.Ordinal);
        Assert.Contains("nvme", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_is_told_and_once_it_does_all_is_there()
    {
        await using var node = Alone();
        var desk = new FlockOrderDesk(node.Driver);
        var path = node.Store.PathOf(DurableKind.Attributes);
        // A directory stands where the file is to be: no rename replaces it.
        Directory.CreateDirectory(Path.Combine(path, "in the way"));
        Assert.Null(await desk.SetAttributeAsync("zone", "b", Cancelled));
        Assert.StartsWith($"{path} can't be written: ", await desk.FindUnwrittenAsync(Cancelled), StringComparison.Ordinal);
        // What comes meanwhile waits for what is under way.
        Assert.Null(await desk.SetAttributeAsync("zone", "east", Cancelled));
        Directory.Delete(path, recursive: true);
        while (await desk.FindUnwrittenAsync(Cancelled) is not null)
            continue;
        Assert.Contains("east", await File.ReadAllTextAsync(path, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_for_the_disk_of_a_node_that_stops_is_told()
    {
        await using var node = Alone();
        var desk = new FlockOrderDesk(node.Driver);
        Directory.CreateDirectory(Path.Combine(node.Store.PathOf(DurableKind.Attributes), "in the way"));
        Assert.Null(await desk.SetAttributeAsync("zone", "b", Cancelled));
        var waiting = desk.FindUnwrittenAsync(Cancelled);
        await node.Driver.AbortAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
    }

    private static TestNode Alone()
    {
        var address = NetAddress.V4(0x0A42_0001u, 23123);
        var node = new TestNode("alone", new SimulatedNetwork(1, TimeProvider.System).Open(address, [AddressRange.Around(0x0A42_0001u, 30)]));
        node.Driver.Start();
        return node;
    }
}
