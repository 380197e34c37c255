using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Testing.Tests;

public sealed class PartitionTests
{
    [Fact]
    public async Task A_partition_stops_calls_and_healing_lets_them_through()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 11, cancellationToken: Stop);
        var (near, far) = (flock.Nodes[0], flock.Nodes[1]);
        await using var service = await far.ServeAsync<EchoService>("galumph2_3", cancellationToken: Stop);
        await using var channel = near.ChannelTo("galumph2");
        var client = new Galumph.GalumphClient(channel);
        await client.TableAsync(new TableRequest(), cancellationToken: Stop);

        flock.Partition([near, flock.Nodes[2]], [far]);
        var cut = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.TableAsync(new TableRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200), cancellationToken: Stop));
        await flock.UntilAsync(() => near.View.Members.Length == 2, "the other side to be missed", Stop);
        flock.Heal();
        await flock.UntilWholeAsync(Stop);
        var reply = await client.TableAsync(new TableRequest(), cancellationToken: Stop);

        Assert.Equal(StatusCode.DeadlineExceeded, cut.StatusCode);
        Assert.StartsWith("node2:", reply.ServedBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waited_on_a_cut_connection_is_delivered_when_it_heals()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 2, seed: 12, cancellationToken: Stop);
        var (near, far) = (flock.Nodes[0], flock.Nodes[1]);
        await using var service = await far.ServeAsync<EchoService>("galumph2_3", cancellationToken: Stop);
        await using var channel = near.ChannelTo("galumph2");
        var client = new Galumph.GalumphClient(channel);
        await client.TableAsync(new TableRequest(), cancellationToken: Stop);

        // One way only, and for less time than anybody needs to miss anybody.
        flock.Cut(near, far);
        var call = client.RegisterAsync(new GalumphInstance { Name = "j" }, cancellationToken: Stop).ResponseAsync;
        Assert.False(call.IsCompleted);
        flock.Heal();

        Assert.StartsWith("node2:", (await call).ServedBy, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
