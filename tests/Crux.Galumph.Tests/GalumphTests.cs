using Crux.Protos.Samples;
using Crux.Testing;

namespace Crux.Galumph.Tests;

public sealed class GalumphTests
{
    [Fact]
    public async Task A_client_of_another_node_goes_on_when_the_node_that_serves_it_dies()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 7, cancellationToken: cancel);
        var (home, first, second) = (flock.Nodes[0], flock.Nodes[1], flock.Nodes[2]);
        await using var one = new GalumphServer(first);
        await using var other = new GalumphServer(second);
        await using var channel = home.ChannelTo("galumph2");
        var client = new Protos.Samples.Galumph.GalumphClient(channel);

        await one.RegisteredAsync();
        var before = await client.TableAsync(new TableRequest(), cancellationToken: cancel);
        await other.RegisteredAsync();
        await first.KillAsync();
        await flock.UntilAsync(() => home.View.Members.Length == 2, "node2 to be missed", cancel);
        var after = await client.TableAsync(new TableRequest(), cancellationToken: cancel);

        Assert.StartsWith("galumph2_3 on node2:", before.ServedBy, StringComparison.Ordinal);
        Assert.StartsWith("galumph2_3 on node3:", after.ServedBy, StringComparison.Ordinal);
    }
}
